import * as z from 'zod';

/**
 * The variables that a function declares, read and checked once at its start. The only place that reads the environment.
 *
 * @throws Error naming every variable that is missing or wrong
 */
export function readEnvironment<Shape extends z.ZodRawShape>(shape: Shape): z.output<z.ZodObject<Shape>> {
  const result = z.object(shape).safeParse(process.env);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`environment of this function: ${problems.join('; ')}`);
}

/** What Lambda itself sets. */
export const lambdaEnvironment = {
  AWS_REGION: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.string().optional(),
} as const;
