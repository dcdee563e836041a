/** The extension's name: offered as a subprotocol, and declared by the server in `connected`. */
export const EXTENSION = 'chatsocket.v1';
