package io.chunkserver.runner.cli;

import io.chunkserver.core.error.Failure;
import io.chunkserver.runner.config.ConfigProblem;
import io.chunkserver.runner.config.Origin;
import java.util.List;

/** A failure as people and as programs read it. */
final class FailureAnswer {

    private FailureAnswer() {}

    static String text(Failure failure) {
        String where = failure.server().map(id -> "server " + id + ": ").orElse("");
        String hint = failure.hint().isEmpty() ? "" : "\nhint: " + failure.hint();
        return "error: " + where + failure.message() + hint;
    }

    static JsonLine json(Failure failure) {
        return json(failure, List.of());
    }

    /** With what is wrong with a configuration, one by one. */
    static JsonLine json(Failure failure, List<ConfigProblem> problems) {
        JsonLine error = JsonLine.part()
                .with("code", failure.code().word())
                .with("message", failure.message())
                .with("hint", failure.hint());
        failure.server().ifPresent(id -> error.with("server", id));
        failure.transaction().ifPresent(id -> error.with("transaction", id));
        failure.availableBytes().ifPresent(bytes -> error.with("availableBytes", bytes));
        if (!problems.isEmpty()) {
            error.with("problems", problems.stream().map(FailureAnswer::problem).toList());
        }
        return JsonLine.part().with("error", error);
    }

    /** Only what is known of it: a variable has no line, and a file as a whole no key. */
    private static JsonLine problem(ConfigProblem problem) {
        JsonLine json = JsonLine.part();
        if (problem.origin() instanceof Origin.FileLine place) {
            json.with("file", place.file()).with("line", place.line());
        } else if (problem.origin() instanceof Origin.Variable variable) {
            json.with("variable", variable.name());
        } else if (problem.origin() instanceof Origin.Flag flag) {
            json.with("option", flag.name());
        }
        add(json, "key", problem.key());
        add(json, "value", problem.value());
        json.with("message", problem.complaint());
        add(json, "allowed", problem.allowed());
        return json;
    }

    private static void add(JsonLine json, String name, String text) {
        if (!text.isEmpty()) {
            json.with(name, text);
        }
    }
}
