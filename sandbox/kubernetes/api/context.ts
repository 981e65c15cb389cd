import type { SandboxClock } from '../../clock.ts';
import { type Random, uuid } from '../../random.ts';
import type { Store } from '../store/store.ts';

/** What every operation on objects needs. */
export interface ApiContext {
  readonly store: Store;
  readonly clock: SandboxClock;
  readonly random: Random;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  /** The write is a server-side apply that brings its own managedFields. */
  readonly applies?: boolean;
  /** A trusted caller is part of the control plane: the status that it gives is kept. */
  readonly trusted?: boolean;
}

/** RFC 3339 with whole seconds, as the server writes times. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

export function nowOf(context: ApiContext): string {
  return timestamp(context.clock.now());
}

export function newUid(context: ApiContext): string {
  return uuid(context.random);
}

/** Letters of generated names. Source: k8s.io/apimachinery/pkg/util/rand/rand.go. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** The random end of a generated name. */
export function nameSuffix(random: Random, length = 5): string {
  return Array.from({ length }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join('');
}

/** A number's digits in the letters of generated names, as `SafeEncodeString`. */
export function safeEncode(text: string): string {
  return Array.from(text, (letter) => alphabet.charAt(letter.charCodeAt(0) % alphabet.length)).join('');
}

/** 32-bit FNV-1a. */
export function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
