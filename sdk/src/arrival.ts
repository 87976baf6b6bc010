// How the visitor came: what a page knows of it, as context for rules.
import type { Context } from './words.ts';

const kCampaign = { utm_source: 'source', utm_medium: 'medium', utm_campaign: 'campaign' };
const kLongest = 256; // the server's limit for a value

// device: MOBILE or DESKTOP. zone: the browser's time zone, by which rules can keep hours. source, medium, campaign: of the UTM parameters. referrer: the host of another site, and no
// more of its address.
export function arrival(): Context {
  const { userAgentData, userAgent = '' } = navigator as { userAgentData?: { mobile: boolean }; userAgent?: string };
  const found: Context = { device: (userAgentData?.mobile ?? /Mobi/.test(userAgent)) ? 'MOBILE' : 'DESKTOP' };
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (timeZone) found.zone = timeZone;
  const query = new URLSearchParams(location.search);
  for (const [parameter, key] of Object.entries(kCampaign)) {
    const value = query.get(parameter);
    if (value) found[key] = value.slice(0, kLongest);
  }
  const { referrer } = document;
  const host = referrer && new URL(referrer).hostname;
  if (host && host !== location.hostname) found.referrer = host;
  return found;
}
