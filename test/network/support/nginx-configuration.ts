/** What nginx is told: a proxy of WebSockets as its documentation has it, with every file below its own folder. */

export interface NginxSettings {
  readonly port: number;
  /** Answered at `/generation`, so that it can be seen which configuration serves. */
  readonly generation: number;
  /** Ports on the loopback; new connections go to who has the fewest, and past those that refuse or answer 503. */
  readonly upstreamPorts: readonly number[];
  /** A connection on which nothing comes for so long is cut. Default: nginx's own minute. */
  readonly idleTimeoutMs?: number;
  /** After a reload, older connections are cut after this. Default: they live as long as they like. */
  readonly reloadGraceMs?: number;
  /** What `/refused/<status>` does: refuse the upgrade with this status (default), or pass it on to the server. */
  readonly refusals?: 'answered' | 'passed on';
  /** nginx serves chat rooms itself at `/rooms/<name>`, by its module nchan. */
  readonly nchan?: NchanSettings;
}

export interface NchanSettings {
  readonly modulePath: string;
  /** Messages that a room keeps for those who come later. */
  readonly bufferLength: number;
}

/** 502 is real: it passes the upgrade on to where nobody listens. */
export const REFUSALS: readonly number[] = [401, 403, 404, 426, 429, 502, 503];

const DEAD_UPSTREAM = 'http://127.0.0.1:1';

export function nginxConfiguration(settings: NginxSettings): string {
  const { port, generation, upstreamPorts, reloadGraceMs } = settings;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
${settings.nchan === undefined ? '' : `load_module ${settings.nchan.modulePath};`}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log info;
${reloadGraceMs === undefined ? '' : `worker_shutdown_timeout ${reloadGraceMs}ms;`}
events { worker_connections 512; }
http {
  # Behind what was answered: what each server said that was asked, such as "503, 101".
  log_format asked '"$request" $status ($upstream_status) $body_bytes_sent "$http_referer" "$http_user_agent"';
  access_log access.log asked;
${temporary.map((name) => `  ${name}_temp_path temporary_${name};`).join('\n')}
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  upstream chat {
    # A dial is a request for a token and one for a socket: taking turns would send every socket to the same server.
    least_conn;
${upstreamPorts.map((upstreamPort) => `    server 127.0.0.1:${upstreamPort} max_fails=0;`).join('\n')}
  }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_next_upstream error timeout http_503;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
${idleTimeouts(settings)}
    location = /generation { return 200 "${generation}"; }
${REFUSALS.map((status) => refusal(status, settings)).join('\n')}
${settings.nchan === undefined ? '' : rooms(settings.nchan)}
    location / { proxy_pass http://chat; }
  }
}
`;
}

function idleTimeouts({ idleTimeoutMs }: NginxSettings): string {
  if (idleTimeoutMs === undefined) return '';
  return `    proxy_read_timeout ${idleTimeoutMs}ms;\n    proxy_send_timeout ${idleTimeoutMs}ms;`;
}

function refusal(status: number, { refusals = 'answered' }: NginxSettings): string {
  const answer = status === 502 ? `proxy_pass ${DEAD_UPSTREAM};` : `return ${status};`;
  return `    location = /refused/${status} { ${refusals === 'answered' ? answer : 'proxy_pass http://chat/ws;'} }`;
}

function rooms({ bufferLength }: NchanSettings): string {
  return `    location ~ ^/rooms/(\\w+)$ {
      nchan_channel_id $1;
      nchan_pubsub websocket;
      nchan_message_buffer_length ${bufferLength};
      nchan_subscriber_first_message oldest;
      nchan_websocket_client_heartbeat ping pong;
    }`;
}
