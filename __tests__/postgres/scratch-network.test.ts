import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { statSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Scratch } from '../../src/postgres/scratch/index.js';
import { namespacesMissing, scratchMissing, ScratchRig, testServer } from './scratch-rig.js';

const why = scratchMissing ?? namespacesMissing;
if (why !== undefined) process.stderr.write(`NOT RUN: scratch servers and the network: ${why}\n`);

(why === undefined ? describe : describe.skip)('code inside a scratch server', () => {
  let rig: ScratchRig;
  let host: Server;
  let callers: number;
  beforeEach(async () => {
    rig = new ScratchRig();
    callers = 0;
    host = createServer((socket) => {
      callers++;
      socket.on('error', () => undefined).end();
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await rig.stop();
    await new Promise((resolve) => host.close(resolve));
  });

  /** What a program says that a check constraint starts, as any function of a restored database could. */
  const say = (scratch: Scratch, program: string): Promise<string> =>
    rig.ask(scratch, async (psql) => {
      await psql.exec(
        'CREATE TABLE public.said (n serial, l text)',
        `CREATE FUNCTION public.dial() RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN
           COPY public.said (l) FROM PROGRAM $p$(${program}) 2>&1; true$p$ (FORMAT csv, DELIMITER e'\\x01', QUOTE e'\\x02');
           RETURN true;
         END $f$`,
        'CREATE TABLE public.t (n int CHECK (public.dial()))',
        'INSERT INTO public.t VALUES (1)',
      );
      return psql.value("SELECT string_agg(l, e'\\n' ORDER BY n) FROM public.said");
    });
  const call = (address: string, port: number): string =>
    `timeout 10 bash -c 'exec 3<>/dev/tcp/${address}/${port} && echo reached ${address}'`;
  const port = (): number => (host.address() as AddressInfo).port;

  // PostgreSQL 13 collects statistics over the loopback.
  it.each([13, 17])('of PostgreSQL %s reaches no one', async (major) => {
    const scratch = await rig.start({ server: await testServer(major) });
    expect(scratch.isolated).toBe(true);
    expect(rig.said.text).toMatch(/is ready.*, cut off from the network\.$/m);
    const said = await say(
      scratch,
      [call('127.0.0.1', port()), call('192.0.2.1', 80), 'stat -c run=%d /run'].join('; '),
    );
    // Its own loopback is up (which takes iproute2 where we are not root), and nobody listens there.
    expect(said).toMatch(/127\.0\.0\.1.*Connection refused/);
    // An address that routers know nothing of: no answer would take long to come.
    expect(said).toMatch(/192\.0\.2\.1.*Network is unreachable/);
    // The sockets of services that would resolve names or run containers are not there.
    expect(said).toMatch(/^run=\d+$/m);
    expect(said).not.toContain(`run=${statSync('/run').dev}`);
    expect(said).not.toContain('reached');
    expect(callers).toBe(0);
  });

  it('reaches this machine where the server is not to be cut off', async () => {
    const scratch = await rig.start({ isolate: false });
    expect(scratch.isolated).toBe(false);
    expect(rig.said.text).not.toMatch(/network/);
    expect(await say(scratch, call('127.0.0.1', port()))).toContain('reached 127.0.0.1');
    expect(callers).toBe(1);
  });
});
