// A bare socket.io server: the ceiling of what a message to many sockets can cost. Repeats one payload as often as told.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], serveClient: false, perMessageDeflate: false });
io.on('connection', (socket) => {
  socket.on('subscribe', (_message, ack) => {
    void socket.join('board');
    ack({ ok: true });
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`is ready at ${(server.address() as { port: number }).port}`);
});

let position = 0;
process.on('message', ({ payload }: { payload: unknown }) => {
  io.to('board').emit('topic', { ...(payload as object), position: String(++position) });
});
