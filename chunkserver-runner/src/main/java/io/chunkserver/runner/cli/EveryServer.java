package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.util.List;

/** Asks several servers one after the other; one that fails keeps nobody from asking the next. */
final class EveryServer {

    private final Console console;

    EveryServer(Console console) {
        this.console = console;
    }

    /** What one server is asked; gives an exit code. */
    interface Question {
        int ask(ServerAddress server) throws IOException;
    }

    /** The exit code: damage if any server has found some, else that of the first failure. */
    int ask(List<ServerAddress> servers, Question question) {
        int exitCode = ExitCodes.OK;
        for (ServerAddress server : servers) {
            int code;
            try {
                code = question.ask(server);
            } catch (IOException e) {
                code = console.failure(Failures.of(e));
            }
            if (exitCode == ExitCodes.OK || code == ErrorCode.CORRUPT.exitCode()) {
                exitCode = code;
            }
        }
        return exitCode;
    }
}
