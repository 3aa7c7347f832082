package io.chunkserver.core.testkit;

import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Tells whoever runs a contract on a broken implementation which promise was broken and what broke it: the test's name as a
 * sentence, and the calls that led there.
 */
public final class PromiseReport implements TestExecutionExceptionHandler {

    /** A contract that writes down what it does. */
    public interface Traced {

        /** What was done in the present test. */
        CallTrace trace();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
        Object contract = context.getRequiredTestInstance();
        String calls = contract instanceof Traced traced ? traced.trace().toString() : "";
        throw new AssertionError(
                "promise broken: "
                        + sentence(context.getRequiredTestMethod().getName()) + "\n"
                        + (calls.isEmpty() ? "" : "after:\n" + calls)
                        + failure.getMessage(),
                failure);
    }

    /** {@code aRefusalReservesNothing} as "a refusal reserves nothing". */
    static String sentence(String methodName) {
        return methodName
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
