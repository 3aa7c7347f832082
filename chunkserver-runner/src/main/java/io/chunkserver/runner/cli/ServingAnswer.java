package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.runner.config.Sizes;
import io.chunkserver.runner.server.RunningServer;

/** What a server says when it is ready. Scripts, and the demonstration, wait for this line. */
final class ServingAnswer {

    private ServingAnswer() {}

    static Answer of(RunningServer server, RunnerConfig config) {
        String text = "listening on " + server.address() + " as server " + server.serverId() + ", data in "
                + config.dataDir() + ", space limit " + Sizes.exact(config.spaceLimitBytes());
        JsonLine json = JsonLine.answer("chunkserver.serving/1")
                .with("address", server.address())
                .with("port", server.address().port())
                .with("serverId", server.serverId())
                .with("dataDir", config.dataDir().toAbsolutePath())
                .with("spaceLimitBytes", config.spaceLimitBytes());
        return new Answer(text, json);
    }
}
