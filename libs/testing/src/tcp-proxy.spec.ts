import { connect, createServer, type Server, type Socket } from 'node:net';
import { startTcpProxy, type TcpProxy } from './tcp-proxy';

describe('the TCP proxy', () => {
  let echo: Server;
  let proxy: TcpProxy;
  let client: Socket;

  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const address = echo.address();
    proxy = await startTcpProxy({ host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 });
    client = await open();
  });

  afterEach(async () => {
    client.destroy();
    await proxy.close();
    await new Promise((resolve) => echo.close(resolve));
  });

  function open(): Promise<Socket> {
    return new Promise((resolve) => {
      const socket = connect(proxy.port, proxy.host, () => resolve(socket));
      socket.on('error', () => undefined);
    });
  }

  const answer = (socket: Socket): Promise<string> => new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
  const closed = (socket: Socket): Promise<string> => new Promise((resolve) => socket.once('close', () => resolve('closed')));

  it('passes traffic both ways', async () => {
    client.write('hello');
    expect(await answer(client)).toBe('hello');
  });

  it('delivers a question and breaks the connection instead of the answer', async () => {
    const heard: string[] = [];
    proxy.inspect((direction, chunk) => {
      heard.push(`${direction} ${chunk.toString()}`);
      return direction === 'to-client' ? 'cut' : 'pass';
    });
    client.write('hello');
    expect(await Promise.race([answer(client), closed(client)])).toBe('closed');
    expect(heard).toEqual(['to-server hello', 'to-client hello']);
  });

  it('swallows what it is told to drop and keeps the connection', async () => {
    proxy.inspect((_direction, chunk) => (chunk.toString() === 'one' ? 'drop' : 'pass'));
    client.write('one');
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.write('two');
    expect(await answer(client)).toBe('two');
  });

  it('breaks connections while it refuses, and accepts again afterwards', async () => {
    proxy.refuse(true);
    await closed(client);
    await closed(await open());
    proxy.refuse(false);
    client = await open();
    client.write('back');
    expect(await answer(client)).toBe('back');
  });
});
