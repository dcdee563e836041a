/** `sent` and `heard` are frames, `dial` is what became of the socket, `error` what the client told of. */
export type FrameListener = (way: 'sent' | 'heard' | 'dial' | 'error', text: string) => void;

/** A socket of which every frame is told. */
export function watchedSocket(url: string, subprotocols: string[], tell: FrameListener): WebSocket {
  const socket = new WebSocket(url, subprotocols);
  const send = socket.send.bind(socket);
  socket.send = (frame) => {
    tell('sent', String(frame));
    send(frame);
  };
  socket.addEventListener('open', () => tell('dial', 'open'));
  socket.addEventListener('message', ({ data }) => tell('heard', String(data)));
  socket.addEventListener('close', ({ code }) => tell('dial', `closed with ${code}`));
  return socket;
}
