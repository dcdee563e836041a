/** A test's way from the browser to Node. */
import { inject, onTestFinished } from 'vitest';
import type { StageAnswer, StageCalls, StageQuestion } from './stage-calls.js';

type Name = keyof StageCalls;
type Asked<Call extends Name> = Parameters<StageCalls[Call]>;
type Answered<Call extends Name> = Awaited<ReturnType<StageCalls[Call]>>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

export class Stage {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #failures: Error[] = [];
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    // The server is this project's own and speaks these types.
    socket.addEventListener('message', ({ data }) => this.#settle(JSON.parse(data) as StageAnswer));
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The connection to Node was lost.'));
      this.#waiting.clear();
    });
  }

  static async open(): Promise<Stage> {
    const socket = new WebSocket(inject('stageUrl'));
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('Node does not answer.')));
    });
    return new Stage(socket);
  }

  /** One that is closed at the end of the test. */
  static async openForTest(): Promise<Stage> {
    const stage = await Stage.open();
    onTestFinished(() => stage.close());
    return stage;
  }

  ask<Call extends Name>(name: Call, ...parameters: Asked<Call>): Promise<Answered<Call>> {
    this.#lastId += 1;
    const question: StageQuestion = { id: this.#lastId, name, parameters };
    return new Promise((resolve, reject) => {
      // The answer to a call has the type that the call declares.
      this.#waiting.set(question.id, { resolve: (value) => resolve(value as Answered<Call>), reject });
      this.#socket.send(JSON.stringify(question));
    });
  }

  /** For calls without an answer; one that fails makes `close` fail. */
  tell<Call extends Name>(name: Call, ...parameters: Asked<Call>): void {
    this.ask(name, ...parameters).catch((error: Error) => this.#failures.push(error));
  }

  async close(): Promise<void> {
    await this.ask('endAll');
    this.#socket.close();
    if (this.#failures[0] !== undefined) throw this.#failures[0];
  }

  #settle(answer: StageAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(new Error(answer.reason));
  }
}
