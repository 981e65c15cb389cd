import { AwsError } from '../../aws/contract.ts';
import type { SandboxClock } from '../../clock.ts';
import { type Random, uuid } from '../../random.ts';
import { redriveOf } from './attributes.ts';
import { inRange } from './messages.ts';
import type { Queue } from './queue.ts';
import type { QueueStore } from './store.ts';

interface MoveInput {
  readonly SourceArn: string;
  readonly DestinationArn?: string;
  readonly MaxNumberOfMessagesPerSecond?: number;
}

interface Move extends MoveInput {
  readonly handle: string;
  readonly started: number;
  readonly expected: number;
  status: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  moved: number;
  failure: string | undefined;
}

/** Redrive tasks out of dead-letter queues: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
export class MessageMoves {
  readonly #store: QueueStore;
  readonly #clock: SandboxClock;
  readonly #random: Random;
  readonly #moves: Move[] = [];

  constructor(store: QueueStore, clock: SandboxClock, random: Random) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
  }

  start(input: MoveInput): { TaskHandle: string } {
    const source = this.#queue(input.SourceArn);
    inRange('MaxNumberOfMessagesPerSecond', input.MaxNumberOfMessagesPerSecond, 1, 500);
    const isDeadLetterQueue = this.#store
      .all()
      .some((queue) => redriveOf(queue.attributes)?.deadLetterTargetArn === source.arn);
    if (!isDeadLetterQueue)
      throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    if (input.DestinationArn !== undefined) this.#queue(input.DestinationArn);
    if (this.#moves.some((move) => move.SourceArn === source.arn && move.status === 'RUNNING')) {
      throw new AwsError('UnsupportedOperation', 'There is already a task running.');
    }
    const started = this.#clock.now();
    const handle = Buffer.from(JSON.stringify({ taskId: uuid(this.#random), sourceArn: source.arn })).toString(
      'base64',
    );
    const move: Move = {
      ...input,
      handle,
      started,
      expected: source.counts().visible,
      status: 'RUNNING',
      moved: 0,
      failure: undefined,
    };
    this.#moves.unshift(move);
    this.#clock.after(0, () => this.#step(move));
    return { TaskHandle: handle };
  }

  cancel(handle: string): { ApproximateNumberOfMessagesMoved: number } {
    const move = this.#moves.find((candidate) => candidate.handle === handle);
    if (move?.status !== 'RUNNING')
      throw new AwsError('ResourceNotFoundException', 'The task does not exist or is not running.', 404);
    move.status = 'CANCELLED';
    return { ApproximateNumberOfMessagesMoved: move.moved };
  }

  list(sourceArn: string, most = 1) {
    this.#queue(sourceArn);
    inRange('MaxResults', most, 1, 10);
    const moves = this.#moves.filter((move) => move.SourceArn === sourceArn).slice(0, most);
    return {
      Results: moves.map((move) => ({
        TaskHandle: move.status === 'RUNNING' ? move.handle : undefined,
        Status: move.status,
        SourceArn: move.SourceArn,
        DestinationArn: move.DestinationArn,
        MaxNumberOfMessagesPerSecond: move.MaxNumberOfMessagesPerSecond,
        ApproximateNumberOfMessagesMoved: move.moved,
        ApproximateNumberOfMessagesToMove: move.expected,
        FailureReason: move.failure,
        StartedTimestamp: move.started,
      })),
    };
  }

  /** Moves a second's worth of messages. Moved messages are new ones: their retention and receive count begin again. */
  #step(move: Move): void {
    const source = this.#store.byArn(move.SourceArn);
    const most = move.MaxNumberOfMessagesPerSecond ?? 500;
    for (let moved = 0; moved < most && move.status === 'RUNNING'; moved++) {
      const message = move.moved < move.expected ? source?.take() : undefined;
      if (!message) {
        move.status = 'COMPLETED';
        return;
      }
      const target = this.#store.byArn(move.DestinationArn ?? message.deadLetterSource ?? '');
      if (!target) {
        source?.accept(message);
        move.status = 'FAILED';
        move.failure = 'CouldNotDetermineMessageSource';
        return;
      }
      const now = this.#clock.now();
      target.accept({
        ...message,
        sentAt: now,
        visibleAt: now,
        receiveCount: 0,
        firstReceivedAt: undefined,
        receipt: undefined,
        deadLetterSource: undefined,
      });
      move.moved += 1;
    }
    if (move.status === 'RUNNING') this.#clock.after(1000, () => this.#step(move));
  }

  #queue(arn: string): Queue {
    const queue = this.#store.byArn(arn);
    if (!queue)
      throw new AwsError(
        'ResourceNotFoundException',
        "The resource that you specified for the SourceArn parameter doesn't exist.",
        404,
      );
    return queue;
  }
}
