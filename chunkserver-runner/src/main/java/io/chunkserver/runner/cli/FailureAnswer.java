package io.chunkserver.runner.cli;

import io.chunkserver.core.error.Failure;

/** A failure as people and as programs read it. */
final class FailureAnswer {

    private FailureAnswer() {}

    static String text(Failure failure) {
        String where = failure.server().map(id -> "server " + id + ": ").orElse("");
        String hint = failure.hint().isEmpty() ? "" : "\nhint: " + failure.hint();
        return "error: " + where + failure.message() + hint;
    }

    static JsonLine json(Failure failure) {
        JsonLine error = JsonLine.part()
                .with("code", failure.code().word())
                .with("message", failure.message())
                .with("hint", failure.hint());
        failure.server().ifPresent(id -> error.with("server", id));
        failure.transaction().ifPresent(id -> error.with("transaction", id));
        failure.availableBytes().ifPresent(bytes -> error.with("availableBytes", bytes));
        return JsonLine.part().with("error", error);
    }
}
