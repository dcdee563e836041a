/** One chat of the page: how the connection is, what was said, and every frame. */
import type { ChatSocketClient } from 'chatsocket';
import type { FrameListener } from './watched-socket.js';

const FRAMES_SHOWN_MAX = 200;

export class Panel {
  readonly #section: HTMLElement;
  readonly #status: HTMLElement;
  readonly #messages: HTMLElement;
  readonly #frames: HTMLElement;
  readonly #form: HTMLFormElement;
  #send: (text: string) => void = () => {};

  constructor(id: string) {
    this.#section = part(document, `#${id}`);
    this.#status = part(this.#section, 'output');
    this.#messages = part(this.#section, '.messages');
    this.#frames = part(this.#section, '.frames');
    // The page's own HTML has a form here.
    this.#form = part(this.#section, 'form') as HTMLFormElement;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send(String(new FormData(this.#form).get('message')));
    });
  }

  /** From now on the form can be sent. */
  enable(send: (text: string) => void): void {
    this.#send = send;
    part(this.#form, 'button').removeAttribute('disabled');
  }

  /** Shows the client, now and whenever something changes. */
  show(client: ChatSocketClient): void {
    const draw = () => {
      const { connection, messages } = client.snapshot;
      this.#status.dataset['status'] = connection.status;
      this.#status.textContent = client.explain().text;
      this.#messages.replaceChildren(
        ...messages.map(({ sender, content, delivery, stream }) => {
          const item = newElement('li', sender.role);
          item.dataset['state'] = stream ?? delivery ?? '';
          item.textContent = content;
          return item;
        }),
      );
    };
    client.subscribe(draw);
    client.on('status-changed', draw);
    client.on('error', ({ error }) => this.showFrame('error', `${error.code}: ${error.message}`));
    draw();
    const reconnect = part(this.#section, '.reconnect');
    reconnect.removeAttribute('disabled');
    reconnect.addEventListener('click', () => client.reconnect());
  }

  readonly showFrame: FrameListener = (way, text) => {
    const line = newElement('li', way);
    line.textContent = text;
    this.#frames.append(line);
    while (this.#frames.children.length > FRAMES_SHOWN_MAX) this.#frames.firstChild?.remove();
    line.scrollIntoView({ block: 'nearest' });
  };
}

export function part(whole: ParentNode, selector: string): HTMLElement {
  const found = whole.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`The page has no ${selector}.`);
  return found;
}

function newElement(name: string, className: string): HTMLElement {
  const element = document.createElement(name);
  element.className = className;
  return element;
}
