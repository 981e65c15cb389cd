/** As much of an experiment or a template as tests look at. */
export interface Shown {
  readonly id: string;
  readonly arn: string;
  readonly state: { readonly status: string; readonly reason: string; readonly error?: object };
  readonly actions: Readonly<
    Record<
      string,
      { readonly state: { readonly status: string }; readonly startTime?: number; readonly endTime?: number }
    >
  >;
  readonly creationTime: number;
  readonly endTime?: number;
  readonly tags: Readonly<Record<string, string>>;
}

type Listed = readonly Shown[];

/** The error of an answer, under the name that SDK clients give it. */
class FisError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status: number) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export type Fis = ReturnType<typeof fisClient>;

/**
 * A client of AWS FIS by the requests and answers of its API reference, as the AWS CLI sends them: its SDK client cannot be had at the version of
 * the others. https://docs.aws.amazon.com/fis/latest/APIReference/API_Operations.html
 */
export function fisClient(endpoint: string) {
  const credential = 'Credential=person/20260101/us-east-1/fis/aws4_request';
  const send = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${endpoint}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answer & { message?: string };
    if (response.ok) return answer;
    throw new FisError(response.headers.get('x-amzn-errortype') ?? '', answer.message ?? '', response.status);
  };
  const template = async (method: string, path: string, body?: object) =>
    (await send<{ experimentTemplate: Shown }>(method, `/experimentTemplates${path}`, body)).experimentTemplate;
  const experiment = async (method: string, path: string, body?: object) =>
    (await send<{ experiment: Shown }>(method, `/experiments${path}`, body)).experiment;
  return {
    send,
    create: (body: object) => template('POST', '', body),
    template: (id: string) => template('GET', `/${id}`),
    remove: (id: string) => template('DELETE', `/${id}`),
    templates: async () =>
      (await send<{ experimentTemplates: Listed }>('GET', '/experimentTemplates')).experimentTemplates,
    start: (body: object) => experiment('POST', '', body),
    get: (id: string) => experiment('GET', `/${id}`),
    stop: (id: string) => experiment('DELETE', `/${id}`),
    list: (query: string) => send<{ experiments: Listed; nextToken?: string }>('GET', `/experiments${query}`),
    actions: async () => (await send<{ actions: Listed }>('GET', '/actions')).actions,
    action: async (id: string) => (await send<{ action: object }>('GET', `/actions/${encodeURIComponent(id)}`)).action,
  };
}
