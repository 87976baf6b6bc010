import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import { place } from '../../state/place.ts';
import { session } from '../../state/playbook.ts';
import { isDev, learnDev } from '../../state/subscriptions.ts';
import { bodyOf, draft } from './draft.ts';
import { append } from './send.ts';
import { kStorylineLasts, kStorylines, type Storyline } from './storylines.ts';

const kSays = kPlaybook.append;

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
      if (index === signals.length - 1) setTold(kSays.allSent(signals.length, name));
      else await pause(kStorylineLasts / (signals.length - 1));
      if (!alive.current) return;
    }
    setPlaying('');
  };
  return (
    <section class="panel" aria-labelledby="stories">
      <div class="phead">
        <h2 id="stories">{kSays.journeys}</h2>
        <span class="m sm">{kSays.journeysSay}</span>
      </div>
      <div class="pad">
        <ul class="journeys">
          {kStorylines.map(story => (
            <li key={story.name}>
              <div>
                <strong>{story.name}</strong> <span class="m">{story.says}</span>
                <ol class="beats" aria-label={kSays.signal}>
                  {story.signals.map((signal, index) => (
                    <li key={index} class={playing === story.name && index <= sent ? 'sent' : ''}>
                      {signal.type}
                    </li>
                  ))}
                </ol>
              </div>
              <Button
                busy={playing === story.name}
                closed={playing && playing !== story.name ? kSays.another : ''}
                onPress={() => play(story)}
                label={kSays.runOf(story.name)}
              >
                {playing === story.name ? kSays.progress(sent + 1, story.signals.length) : kSays.run}
              </Button>
            </li>
          ))}
        </ul>
        <p class="sm" role="status">
          {told}
        </p>
        {isDev.value && place.value.handle === 'demo' && (
          <p class="sm">
            {kSays.orShop}{' '}
            <a href="/apps/example-shop" target="_blank" rel="noreferrer">
              {kSays.shop}
            </a>{' '}
            {kSays.shopSays}
          </p>
        )}
      </div>
    </section>
  );
}
