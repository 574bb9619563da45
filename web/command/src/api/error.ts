// Every way a request can fail, classified once: pages choose their state from `kind` and never look at a status.

export type FailureKind =
  | 'offline'
  | 'unauthorized'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'invalid'
  | 'too_many'
  | 'server';

export class ApiError extends Error {
  readonly kind: FailureKind;
  /** What the server named this failure in its own log. */
  readonly requestId: string | null;
  readonly retryAfterS: number | null;

  constructor(kind: FailureKind, requestId: string | null = null, retryAfterS: number | null = null) {
    super(kind);
    this.name = 'ApiError';
    this.kind = kind;
    this.requestId = requestId;
    this.retryAfterS = retryAfterS;
  }
}

/** Anything thrown by a request, as an ApiError; what never reached a server counts as offline. */
export function asApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError('offline');
}

export function kindOfStatus(status: number): FailureKind {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'missing';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429) return 'too_many';
  // A gateway in front of a stopped server answers these: nobody is there.
  if (status === 502 || status === 503 || status === 504) return 'offline';
  if (status >= 400 && status < 500) return 'invalid';
  return 'server';
}
