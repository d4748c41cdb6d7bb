import { get as httpGet, type RequestOptions } from "node:http";
import { get as httpsGet } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect } from "node:tls";

const timeoutMs = 1000;

/** Whether an HTTP readiness probe succeeds, by the kubelet's rule: a status from 200 to 399. */
export function httpProbe(port: number, path: string, scheme = "HTTP"): Promise<boolean> {
  const options: RequestOptions = { host: "127.0.0.1", port, path, timeout: timeoutMs, agent: false };
  return new Promise((resolve) => {
    // Kubelets do not check certificates of probes either.
    const get = scheme === "HTTPS" ? () => httpsGet({ ...options, rejectUnauthorized: false }) : () => httpGet(options);
    const request = get();
    request.on("response", (response) => {
      response.resume();
      const status = response.statusCode ?? 500;
      resolve(status >= 200 && status < 400);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
    request.on("close", () => resolve(false));
  });
}

/** Whether something listens. */
export function tcpProbe(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host: "127.0.0.1", port, timeout: timeoutMs });
    const settle = (answers: boolean) => {
      resolve(answers);
      socket.destroy();
    };
    socket.once("connect", () => settle(true));
    socket.once("timeout", () => settle(false));
    socket.on("error", () => settle(false));
  });
}

/** Whether a TLS server answers. The handshake is completed, so the server logs no broken connection. */
export function tlsProbe(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, timeout: timeoutMs });
    const settle = (answers: boolean) => {
      resolve(answers);
      if (answers) socket.end();
      else socket.destroy();
    };
    socket.once("secureConnect", () => settle(true));
    socket.once("timeout", () => settle(false));
    socket.on("error", () => settle(false));
  });
}
