import type { Reporter } from '../base/reporter.js';
import { signUrl, type Sign } from './healthcheck.js';
import { PATIENCE, send, type Message, type Patience } from './send.js';
import { slackMessage } from './slack.js';
import { plainText } from './text.js';
import type { Notice, NotifyTargets } from './types.js';
import { webhookMessage } from './webhook.js';
import { isToldOf } from './when.js';

/** healthchecks.io keeps 100 kB of a ping's body; other services less. */
const LONGEST_SIGN = 10_000;

const json = (body: unknown): Message => ({ type: 'application/json', body: JSON.stringify(body) });

/**
 * Tells people and services of a run. A message that is not taken is a warning: it never makes a good run red, nor a
 * failed one fail in another way.
 */
export class Notifier {
  constructor(
    private readonly targets: NotifyTargets,
    private readonly reporter: Reporter,
    private readonly patience: Patience = PATIENCE,
  ) {
    for (const url of [targets.notifySlack, targets.notifyWebhook, targets.healthcheckUrl])
      if (url !== undefined) reporter.mask(url);
  }

  /** Whether there is anybody to tell. */
  get listens(): boolean {
    const { notifySlack, notifyWebhook, healthcheckUrl } = this.targets;
    return (notifySlack ?? notifyWebhook ?? healthcheckUrl) !== undefined;
  }

  /** Whether anybody may have to be told of a run that ended so. */
  isWaitedFor(outcome: Notice['outcome']): boolean {
    const { notifyOn, healthcheckUrl } = this.targets;
    return healthcheckUrl !== undefined || notifyOn !== 'failure' || outcome === 'failure';
  }

  /** Tells the service that waits for signs of life that a run has begun. */
  async started(): Promise<void> {
    await this.#sign('start', '');
  }

  /** Tells everybody how a run ended: the healthcheck always, the others as `notify-on` has it. */
  async ended(notice: Notice): Promise<void> {
    const { notifySlack, notifyWebhook, notifyOn } = this.targets;
    const sign = this.#sign(notice.outcome === 'success' ? 'success' : 'fail', plainText(notice));
    if (isToldOf(notice, notifyOn))
      await Promise.all([
        this.#send('notify-slack', notifySlack, () => json(slackMessage(notice))),
        this.#send('notify-webhook', notifyWebhook, () => json(webhookMessage(notice))),
      ]);
    await sign;
  }

  async #sign(sign: Sign, text: string): Promise<void> {
    const { healthcheckUrl } = this.targets;
    const url = healthcheckUrl === undefined ? undefined : signUrl(healthcheckUrl, sign);
    if (url !== undefined) this.reporter.mask(url);
    await this.#send('healthcheck-url', url, () => ({
      type: 'text/plain; charset=utf-8',
      body: text.slice(0, LONGEST_SIGN),
    }));
  }

  async #send(input: string, url: string | undefined, message: () => Message): Promise<void> {
    if (url === undefined) return;
    const why = await send(url, message(), this.patience);
    if (why !== undefined)
      this.reporter.warn(
        `What ${input} names did not take the message: ${why}. The run itself is not affected.`,
      );
  }
}
