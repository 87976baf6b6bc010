import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { place } from '../../state/place.ts';
import { session } from '../../state/playbook.ts';
import { isDev, learnDev } from '../../state/subscriptions.ts';
import { bodyOf, draft } from './draft.ts';
import { append } from './send.ts';
import { kStorylineLasts, kStorylines, type Storyline } from './storylines.ts';

const pause = (milliseconds: number) => new Promise(done => setTimeout(done, milliseconds));

export function Storylines({ onFault }: { onFault: (fault: Fault | null) => void }) {
  const [playing, setPlaying] = useState(''),
    [sent, setSent] = useState(0),
    [told, setTold] = useState('');
  const alive = useRef(true);
  useEffect(() => {
    void learnDev();
    return () => {
      alive.current = false;
    };
  }, []);
  const play = async ({ name, signals }: Storyline) => {
    setPlaying(name);
    setTold('');
    onFault(null);
    for (const [index, signal] of signals.entries()) {
      setSent(index);
      const answer = await append(bodyOf(place.value.handle, session.value, { ...draft.value, signals: [signal] }));
      if (!answer.ok) {
        onFault(answer.fault);
        break;
      }
      if (index === signals.length - 1) setTold(`All ${signals.length} signals of “${name}” were sent.`);
      else await pause(kStorylineLasts / (signals.length - 1));
      if (!alive.current) return;
    }
    setPlaying('');
  };
  return (
    <section class="card" aria-labelledby="stories">
      <h2 id="stories">Sample journeys</h2>
      <p>Each sends five signals in three seconds. Watch them arrive in the session timeline.</p>
      <ul class="stories">
        {kStorylines.map(story => (
          <li key={story.name}>
            <div>
              <strong>{story.name}</strong> <span class="quiet">{story.says}</span>
              <ol class="beats" aria-label="Signals">
                {story.signals.map((signal, index) => (
                  <li key={index} class={playing === story.name && index <= sent ? 'sent' : ''}>
                    {signal.type}
                  </li>
                ))}
              </ol>
            </div>
            <Button
              busy={playing === story.name}
              closed={playing && playing !== story.name ? 'Another journey is running.' : ''}
              onPress={() => play(story)}
              label={`Run ${story.name}`}
            >
              {playing === story.name ? `${sent + 1} of ${story.signals.length}` : 'Run'}
            </Button>
          </li>
        ))}
      </ul>
      <p class="small" role="status">
        {told}
      </p>
      {isDev.value && place.value.handle === 'demo' && (
        <p class="small">
          Or act as the visitor yourself:{' '}
          <a href="/apps/example-shop" target="_blank" rel="noreferrer">
            the example shop
          </a>{' '}
          sends signals and shows the decisions.
        </p>
      )}
    </section>
  );
}
