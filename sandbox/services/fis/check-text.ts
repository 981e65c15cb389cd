import { AwsError } from '../../aws/contract.ts';

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', `1 validation error detected: ${message}`);
}

/** Between one and so many characters. */
export function checkLength(path: string, text: string, most: number): void {
  if (text.length < 1 || text.length > most) throw invalid(`${path} has between 1 and ${most} characters`);
}

/** "Maximum number of 50 items", keys of 128 and values of 256: API_CreateExperimentTemplate. */
export function checkTags(path: string, tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > 50) throw invalid(`${path} has no more than 50 entries`);
  for (const [key, value] of entries) {
    checkLength(`a key of ${path}`, key, 128);
    if (value.length > 256) throw invalid(`the value of '${key}' in ${path} has no more than 256 characters`);
  }
}
