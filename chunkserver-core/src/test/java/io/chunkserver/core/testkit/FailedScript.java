package io.chunkserver.core.testkit;

import java.util.List;

/** How a script tells after which of its steps a promise was found broken: the steps up to there are all it takes to see it. */
final class FailedScript {

    private FailedScript() {}

    /**
     * The error for a step that failed.
     *
     * @param steps  the whole script
     * @param number which step failed, from 1
     * @param what   the promise in words
     */
    static AssertionError at(List<?> steps, int number, String what, Throwable failure) {
        StringBuilder text = new StringBuilder(what);
        text.append(", after ").append(number).append(number == 1 ? " step:\n" : " steps:\n");
        for (int i = 0; i < number; i++) {
            text.append("  ").append(i + 1).append(". ").append(steps.get(i)).append('\n');
        }
        return new AssertionError(text.append(failure.getMessage()).toString(), failure);
    }
}
