import { UserError } from '../base/errors.js';
import { encodingIn, entriesOf, piecesOf, plainBytes, type Part } from '../restore/archive/index.js';
import { contentOf, createdDatabase, plainVersion, UNKNOWN_LOCALE, type DumpFacts } from './facts.js';

const VERSION = /^-- Dumped (from database|by pg_dump) version (\S+)/;
const RUN = { content: 'all', owner: true, privileges: true, singleTransaction: false } as const;
/** A statement of a dump's head that is worth a look; none of them is longer. */
const LOOKED_AT = 2000;

/**
 * Reads a plain dump to its end.
 * @param file the name for messages
 * @throws UserError when it is cut off, or tells psql to do what no dump does; and what the source threw
 */
export async function readPlainDump(source: AsyncIterable<Uint8Array>, file: string): Promise<DumpFacts> {
  const reading = new Reading(source);
  const found = new PlainFacts();
  try {
    for await (const part of entriesOf(piecesOf(reading.bytes()))) found.see(part);
  } catch (error) {
    if (reading.failed || !(error instanceof UserError) || found.refused) throw error;
    throw new UserError(
      `${file} is cut off: it lacks the line "-- PostgreSQL database dump complete", which pg_dump writes last, so it is no whole backup. Import another copy.`,
      { cause: error },
    );
  }
  return found.facts();
}

/** Tells what the source threw from what its bytes were found to be. */
class Reading {
  failed = false;

  constructor(private readonly source: AsyncIterable<Uint8Array>) {}

  async *bytes(): AsyncIterable<Uint8Array> {
    try {
      for await (const chunk of this.source) yield chunk;
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }
}

/** What the pieces of a plain dump say, as they pass. */
class PlainFacts {
  refused = false;
  #server = '';
  #pgDump = '';
  #encoding = 'UTF8';
  #created: ReturnType<typeof createdDatabase>;
  #definitions = false;
  #rows = false;
  readonly #tables = new Set<string>();

  see(part: Part): void {
    const { piece, entry } = part;
    const { title } = entry;
    if (entry.kind === 'rows' || entry.kind === 'sequence value' || entry.kind === 'large object')
      this.#rows = true;
    else if (title !== undefined && entry.kind !== 'database') {
      this.#definitions = true;
      if (title.includes('; Type: TABLE; ')) this.#tables.add(title);
    }
    if (piece.kind === 'command') this.#command(part);
    if (!piece.first || piece.bytes.length > LOOKED_AT) return;
    if (piece.kind === 'comment' && title === undefined) this.#comment(piece.bytes.toString('utf8'));
    if (piece.kind === 'sql') this.#statement(piece.bytes.toString('utf8'));
  }

  facts(): DumpFacts {
    const held = { definitions: this.#definitions, tables: this.#tables.size > 0, rows: this.#rows };
    return {
      format: 'plain',
      content: contentOf(held),
      database: this.#created?.name,
      createdAt: undefined,
      server: {
        version: this.#server,
        encoding: this.#encoding,
        ...(this.#created?.locale ?? UNKNOWN_LOCALE),
        collationVersion: null,
      },
      pgDump: this.#pgDump,
      compression: undefined,
      createsDatabase: this.#created !== undefined,
      tables: this.#tables.size,
    };
  }

  #comment(line: string): void {
    const [, by, version = ''] = VERSION.exec(line) ?? [];
    if (by === 'from database') this.#server = plainVersion(version);
    if (by === 'by pg_dump') this.#pgDump = plainVersion(version);
  }

  #statement(statement: string): void {
    this.#encoding = encodingIn(statement) ?? this.#encoding;
    if (statement.startsWith('CREATE DATABASE ')) this.#created ??= createdDatabase(statement);
  }

  /** One that is refused now would be refused when it is restored, too. */
  #command(part: Part): void {
    try {
      plainBytes(part, RUN);
    } catch (error) {
      this.refused = true;
      throw error;
    }
  }
}
