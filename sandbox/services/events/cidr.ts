import { BlockList, isIP } from 'node:net';

/** Is the address in the block? An address of the other family, or none at all, is not. */
export function matchesCidr(block: string, address: string): boolean {
  const { network, bits, family } = parseCidr(block) ?? {};
  const kind = isIP(address);
  if (network === undefined || bits === undefined || kind === 0 || (kind === 4) !== (family === 'ipv4')) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(address, family);
}

/** The parts of `10.0.0.0/8`; undefined when the text is no such block. */
export function parseCidr(block: string): { network: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [network = '', length = ''] = block.split('/');
  const kind = isIP(network);
  if (kind === 0 || !/^\d{1,3}$/.test(length) || Number(length) > (kind === 4 ? 32 : 128)) return undefined;
  return { network, bits: Number(length), family: kind === 4 ? 'ipv4' : 'ipv6' };
}
