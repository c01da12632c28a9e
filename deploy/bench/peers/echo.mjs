// Peer (a): the least a Node HTTP server can do with a JSON body.
import Fastify from 'fastify';

const app = Fastify();
app.post('/echo', (request, reply) => reply.code(202).send(request.body));
console.log(`ready ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
