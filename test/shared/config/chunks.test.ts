import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChunkError, chunkCount, fromChunks, settingsText, toChunks } from '../../../shared/config/chunks.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20_000, size: 'max' }),
  fc.integer({ min: 0, max: 20_000 }).map((length) => 'a'.repeat(length)),
  fc.integer({ min: 0, max: 6_000 }).map((length) => `a${'€'.repeat(length)}`),
);

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('settings in chunks', () => {
  it('are the same text again, whatever it holds, and each chunk fits one parameter', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const chunks = toChunks(whole);
        expect(chunks.every((chunk) => Buffer.byteLength(chunk) <= 4_096)).toBe(true);
        expect(chunkCount(chunks[0] ?? '')).toBe(chunks.length);
        expect(fromChunks(chunks)).toBe(whole);
      }),
    );
  });

  it('are never put together of two deployments: either all are of one, or it is an error that may pass', () => {
    const deployments = fc.tuple(text, text).filter(([one, other]) => one !== other);
    fc.assert(
      fc.property(deployments, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), ([before, after], written) => {
        const [old, fresh] = [toChunks(before), toChunks(after)];
        const first = (written[0] ? fresh : old)[0] ?? '';
        const mix = Array.from({ length: chunkCount(first) }, (_, index) => (written[index] ? fresh : old)[index]);
        const there = mix.filter((chunk) => chunk !== undefined);
        const whole = [old, fresh].find((chunks) => JSON.stringify(chunks) === JSON.stringify(mix));
        const torn = { name: 'ChunkError', mayPass: true };
        const result = errorOf(() => fromChunks(there));
        expect(result instanceof ChunkError ? { name: result.name, mayPass: result.mayPass } : result).toEqual(
          whole ? (whole === old ? before : after) : torn,
        );
      }),
    );
  });

  it('may fit a moment later when several do not fit now, and never when one alone was changed', () => {
    const long = toChunks('a'.repeat(5_000));
    expect(errorOf(() => fromChunks([long[0] ?? '', toChunks('b'.repeat(5_000))[1] ?? '']))).toMatchObject({
      mayPass: true,
    });
    expect(errorOf(() => fromChunks([`${toChunks('a')[0]}b`]))).toMatchObject({ mayPass: false });
    expect(errorOf(() => fromChunks(['{}']))).toMatchObject({ mayPass: false });
    expect(errorOf(() => chunkCount(long[1] ?? ''))).toMatchObject({ mayPass: false });
  });

  it('say nothing that Systems Manager or CloudFormation would take for a reference', () => {
    const settings = { match: '{{resolve:ssm:/other}}', nested: { a: { b: {} } } };
    expect(settingsText(settings)).not.toContain('{{');
    expect(JSON.parse(settingsText(settings))).toEqual(settings);
  });
});
