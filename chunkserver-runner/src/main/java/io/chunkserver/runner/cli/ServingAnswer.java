package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.runner.config.Sizes;
import io.chunkserver.runner.server.RunningServer;
import io.chunkserver.transport.ServerAddress;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a server says when it is ready. Scripts, and the demonstration, wait for this line. */
final class ServingAnswer {

    private ServingAnswer() {}

    /** @param admin where it answers HTTP, if it does */
    static Answer of(RunningServer server, @Nullable ServerAddress admin, RunnerConfig config) {
        String text = "listening on " + server.address() + " as server " + server.serverId()
                + (admin == null ? "" : ", status at http://" + admin + "/") + ", data in "
                + config.dataDirs().stream().map(Path::toString).collect(Collectors.joining(", "))
                + ", space limit " + Sizes.exact(config.spaceLimitBytes());
        JsonLine json = JsonLine.answer("chunkserver.serving/1")
                .with("address", server.address())
                .with("port", server.address().port());
        if (admin != null) {
            json.with("adminAddress", admin);
        }
        json.with("serverId", server.serverId())
                .with("dataDir", config.dataDir().toAbsolutePath())
                .with(
                        "dataDirs",
                        config.dataDirs().stream().map(Path::toAbsolutePath).toList())
                .with("spaceLimitBytes", config.spaceLimitBytes());
        return new Answer(text, json);
    }
}
