package io.chunkserver.core.testkit;

import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Tells whoever runs a contract on a broken implementation which promise was broken and what broke it: the test's name as a
 * sentence, and the calls that led there.
 */
public final class PromiseReport implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {

    /** A contract that writes down what it does. */
    public interface Traced {

        /** What was done in the present test. */
        CallTrace trace();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
        // What cannot be tried is skipped for the reason that it gives, and breaks no promise.
        if (failure instanceof TestAbortedException skipped) {
            throw skipped;
        }
        throw report("promise broken: ", context, failure);
    }

    /** An implementation that cannot even be made ready for a promise does not keep it. */
    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) {
        if (failure instanceof TestAbortedException skipped) {
            throw skipped;
        }
        throw report("promise broken at the beginning of: ", context, failure);
    }

    /** What a contract looks at after each test, such as that nothing is left open, is promised as well. */
    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) {
        throw report("promise broken at the end of: ", context, failure);
    }

    private static AssertionError report(String what, ExtensionContext context, Throwable failure) {
        Object contract = context.getRequiredTestInstance();
        String calls = contract instanceof Traced traced ? traced.trace().toString() : "";
        return new AssertionError(
                what
                        + promise(context) + "\n"
                        + (calls.isEmpty() ? "" : "after:\n" + calls)
                        + (failure instanceof AssertionError ? failure.getMessage() : failure),
                failure);
    }

    /** Of a promise that is tried with several values, also with which. */
    private static String promise(ExtensionContext context) {
        String method = context.getRequiredTestMethod().getName();
        String name = context.getDisplayName();
        return sentence(method) + (name.startsWith(method + "(") ? "" : ", " + name);
    }

    /** {@code aRefusalReservesNothing} as "a refusal reserves nothing". */
    static String sentence(String methodName) {
        return methodName
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
