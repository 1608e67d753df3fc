import { entriesOf, type ScriptEntry } from '../../restore/archive/script/entries.js';
import { piecesOf } from '../../restore/archive/script/source.js';

/** One entry of a schema-only dump. */
export interface SchemaObject {
  /** As pg_dump calls it: `TABLE`, `FK CONSTRAINT`, `ACL`. */
  kind: string;
  /** `public.orders`; of a constraint `public.orders orders_pkey`. */
  name: string;
  /** What tells it from others; only objects that may have one name, such as casts, share it. */
  key: string;
  /** Its statements. */
  lines: string[];
}

const TITLE = /^(.*); Type: ([A-Z0-9 ]+); Schema: (.*); Owner:.*$/;
/** The entries whose names begin with a kind, which their statements show too. */
const ABOUT = /^(ACL|COMMENT|SECURITY LABEL)$/;
/** Settings that are written once and hold for all that comes after them, and what they hold for. */
const AMBIENT: readonly (readonly [setting: RegExp, kinds: RegExp])[] = [
  [/^SET default_tablespace = /, /^(TABLE|MATERIALIZED VIEW|INDEX|CONSTRAINT)$/],
  [/^SET default_table_access_method = /, /^(TABLE|MATERIALIZED VIEW)$/],
];
const USUAL = /= (''|heap);$/;

/**
 * Splits the output of `pg_dump --schema-only` into its entries. What only looks like the head of one, such as a line in the
 * body of a function, is none.
 * @throws UserError when the dump is cut off
 */
export async function schemaObjects(dump: AsyncIterable<unknown>): Promise<SchemaObject[]> {
  const objects: SchemaObject[] = [];
  const ambient = AMBIENT.map(() => '');
  let current: { entry: ScriptEntry; settings: string[]; bytes: Buffer[] } | undefined;
  const close = (): void => {
    if (current?.entry.title === undefined) return;
    objects.push(
      objectOf(current.entry.title, current.settings, Buffer.concat(current.bytes).toString('utf8')),
    );
  };
  for await (const { piece, entry } of entriesOf(piecesOf(dump))) {
    if (entry !== current?.entry) {
      close();
      current = { entry, settings: [...ambient], bytes: [] };
    }
    // Comments are pg_dump's own, and a \restrict line has another key in every dump.
    if (piece.kind !== 'sql' && piece.kind !== 'blank') continue;
    if (entry.title !== undefined) current.bytes.push(Buffer.from(piece.bytes));
    else if (piece.kind === 'sql') {
      const text = piece.bytes.toString('utf8');
      const at = AMBIENT.findIndex(([setting]) => setting.test(text));
      if (at !== -1) ambient[at] = USUAL.test(text) ? '' : text;
    }
  }
  close();
  return objects;
}

function objectOf(title: string, settings: readonly string[], text: string): SchemaObject {
  const [, own = title, kind = '', schema = '-'] = TITLE.exec(title) ?? [];
  const name = ABOUT.test(kind) ? own.replace(/^[A-Z][A-Z ]* /, '') : own;
  const held = settings.filter((setting, at) => setting !== '' && AMBIENT[at]?.[1].test(kind) === true);
  return {
    kind,
    name: schema === '-' ? name : `${schema}.${name}`,
    key: JSON.stringify([kind, schema, own]),
    lines: [...held, ...text.replace(/^\n+|\n+$/g, '').split('\n')],
  };
}
