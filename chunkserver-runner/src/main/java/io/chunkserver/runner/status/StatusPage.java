package io.chunkserver.runner.status;

import io.chunkserver.transport.protocol.ServerStatus;

/** A server's status for a browser: one page without scripts, which loads itself anew. */
final class StatusPage {

    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2733 }
            h1 { font-size: 1.3rem; margin-bottom: .2rem }
            .state { padding: .1rem .6rem; border-radius: .8rem; color: #fff; background: #a3530c }
            .state.ready { background: #1d7a46 }
            meter { width: 100%; height: 1rem }
            pre { font: 14px/1.6 ui-monospace, monospace; white-space: pre-wrap; background: #f4f6f8; padding: 1rem }
            """;

    private StatusPage() {}

    /** @param text the status as people read it */
    static String of(ServerStatus status, String text) {
        ServerStatus.Space space = status.space();
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="refresh" content="5">
                <meta name="viewport" content="width=device-width">
                <title>%1$s: %2$s</title>
                <style>
                %3$s</style>
                </head>
                <body>
                <h1>chunk server %1$s <span class="state %2$s">%2$s</span></h1>
                <p>space used and reserved, of the limit:</p>
                <meter max="%4$d" value="%5$d"></meter>
                <pre>%6$s</pre>
                <p><a href="/v1/status">as JSON</a> &middot; <a href="/metrics">metrics</a> &middot; <a href="/readyz">ready?</a></p>
                </body>
                </html>
                """.formatted(
                        escape(status.serverId().value()),
                        escape(status.state()),
                        STYLE,
                        space.limitBytes(),
                        space.usedBytes() + space.reservedBytes(),
                        escape(text));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
