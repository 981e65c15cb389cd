import { VirtualSocket } from '../network/virtual-socket.ts';
import type { NoAnswer } from './meet-trouble.ts';

/** What becomes of a connection on which nothing is answered. A caller that cannot be killed from here loses its connection. */
export function leaveUnanswered(socket: { resetAndDestroy(): unknown }, { how }: NoAnswer): void {
  if (how === 'hang') return;
  if (how === 'kill' && socket instanceof VirtualSocket && socket.killCaller) socket.killCaller();
  else socket.resetAndDestroy();
}
