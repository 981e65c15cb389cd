export const weatherNames = ['calm', 'rough', 'storm'] as const;
export type WeatherName = (typeof weatherNames)[number];

export const weatherKinds = ['aws', 'kubernetes', 'events', 'functions'] as const;
export type WeatherKind = (typeof weatherKinds)[number];

export interface WeatherOptions {
  readonly name: WeatherName;
  /** All by default. */
  readonly kinds?: readonly WeatherKind[];
  /** Epoch milliseconds at which it becomes calm; never by default. */
  readonly until?: number;
}

/** When a call goes wrong: before it takes effect, or after, so that only its answer is lost. */
export type Moment = 'before' | 'after';

/** What a caller meets instead of an answer, or before it. */
export type Trouble<Error> =
  | { readonly kind: 'error'; readonly error: Error; readonly moment: Moment }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly moment: Moment }
  /** Nothing comes back; the caller gives up by itself. */
  | { readonly kind: 'hang'; readonly moment: Moment }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** The caller itself is killed. */
  | { readonly kind: 'kill'; readonly moment: Moment };

/** What happens to a function when it is invoked. */
export interface FunctionTrouble {
  readonly throttled: boolean;
  /** Milliseconds until it begins to work, if it has to start. */
  readonly coldStart: number;
}
