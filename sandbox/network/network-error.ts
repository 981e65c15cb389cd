import { realm } from './realm.ts';

/** An error as Node's sockets give it. */
export function networkError(
  code: string,
  syscall: string,
  at?: { readonly host: string; readonly port: number },
): Error {
  const place = at ? ` ${at.host}:${at.port}` : '';
  return Object.assign(new realm.Error(`${syscall} ${code}${place}`), {
    code,
    syscall,
    ...(at && { address: at.host, port: at.port }),
  });
}
