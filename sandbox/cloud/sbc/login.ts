import { timingSafeEqual } from 'node:crypto';

/** Levels of the device's local users (audiocodes-sbc §1). */
export const LEVELS = { Monitor: 50, Administrator: 100, SecurityAdministrator: 200 } as const;

export interface SbcUser {
  readonly username: string;
  readonly password: string;
  readonly level: keyof typeof LEVELS;
}

/** Three wrong passwords block a user for a minute: the lock-out that a retrying client runs into. */
const ATTEMPTS = 3;
const BLOCKED_MS = 60_000;

/** HTTP Basic on each request, stateless but for the count of wrong passwords. */
export class Login {
  readonly #users: readonly SbcUser[];
  readonly #now: () => number;
  readonly #failures = new Map<string, { count: number; blockedUntil: number }>();
  /** Requests answered 401. */
  refused = 0;

  constructor(users: readonly SbcUser[], now: () => number) {
    this.#users = users;
    this.#now = now;
  }

  /** The user of an Authorization header; undefined = 401. A blocked user is refused with the right password too. */
  user(authorization: string | undefined): SbcUser | undefined {
    const [username, password] = basic(authorization);
    const user = this.#users.find((other) => other.username === username);
    if (username === undefined || this.isBlocked(username) || user === undefined || !same(user.password, password ?? '')) {
      this.refused += 1;
      if (username !== undefined) this.#fail(username);
      return undefined;
    }
    this.#failures.delete(username);
    return user;
  }

  isBlocked(username: string): boolean {
    return (this.#failures.get(username)?.blockedUntil ?? 0) > this.#now();
  }

  #fail(username: string): void {
    const before = this.#failures.get(username) ?? { count: 0, blockedUntil: 0 };
    if (before.blockedUntil > this.#now()) return;
    const count = before.count + 1;
    this.#failures.set(username, count < ATTEMPTS ? { count, blockedUntil: 0 } : { count: 0, blockedUntil: this.#now() + BLOCKED_MS });
  }
}

function basic(authorization: string | undefined): [string?, string?] {
  const [, encoded] = /^Basic ([\w+/=]+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 ? [] : [text.slice(0, at), text.slice(at + 1)];
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
