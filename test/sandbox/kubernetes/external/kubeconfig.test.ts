import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { accessOf } from '../../../../sandbox/kubernetes/external/kubeconfig.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const cluster = { server: 'https://127.0.0.1:6443', 'certificate-authority-data': base64('authority') };

function written(parts: { readonly cluster?: object; readonly user?: object; readonly current?: string }): string {
  const config = {
    'current-context': parts.current ?? 'here',
    contexts: [{ name: 'here', context: { cluster: 'kwok', user: 'me' } }],
    clusters: [{ name: 'kwok', cluster: { ...cluster, ...parts.cluster } }],
    users: [{ name: 'me', user: parts.user ?? { token: 'secret' } }],
  };
  const path = join(mkdtempSync(join(tmpdir(), 'kubeconfig-')), 'config');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

describe('the access that a kubeconfig gives', () => {
  it('is server, authority and token of its current context', () => {
    expect(accessOf(written({}))).toEqual({ server: cluster.server, ca: 'authority', token: 'secret' });
  });

  it('can be a client certificate, inline or in a file beside it', () => {
    const user = { 'client-certificate-data': base64('certificate'), 'client-key': 'key.pem' };
    const path = written({ user });
    writeFileSync(join(path, '..', 'key.pem'), 'key');
    expect(accessOf(path)).toMatchObject({ certificate: 'certificate', key: 'key' });
  });

  it.each(['https://127.0.0.1:6443', 'https://localhost:6443', 'https://[::1]:6443'])('is taken for %s', (server) => {
    expect(accessOf(written({ cluster: { server } })).server).toBe(server);
  });

  it.each([
    'https://0A1B.gr7.us-east-1.eks.amazonaws.com',
    'https://10.0.0.1',
    'https://127.0.0.1.example.com',
    'https://localhost.example.com',
  ])('is refused for %s, since the sandbox makes up nodes and never leaves the machine', (server) => {
    expect(() => accessOf(written({ cluster: { server } }))).toThrow(/only takes a cluster on this machine/);
  });

  it.each([
    ['a context that is not there', { current: 'elsewhere' }, /no context 'elsewhere'/],
    ['a user whose credentials come from a program', { user: { exec: {} } }, /needs a token, or a client certificate/],
    ['a cluster without authority', { cluster: { 'certificate-authority-data': undefined } }, /certificate-authority/],
  ])('is refused with what is missing: %s', (_, parts, words) => {
    expect(() => accessOf(written(parts))).toThrow(words);
  });
});
