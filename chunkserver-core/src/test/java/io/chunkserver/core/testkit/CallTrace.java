package io.chunkserver.core.testkit;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was done to the thing under test, in order: the script that a broken promise is reported with.
 *
 * <p>{@link #of} stands between a contract and its subject and writes down each call with its result; {@link #note} adds what else
 * happened. Objects that calls return, at once or in a stage, are traced too when they are of an interface of this project, under names
 * of their own.
 * Thread-safe; calls of several threads are listed in the order in which they ended. Keeps the last {@value #LONGEST} lines.
 */
public final class CallTrace {

    private static final int LONGEST = 200;
    private static final int LONGEST_VALUE = 120;
    private static final String PROJECT = "io.chunkserver.";

    private final List<String> lines = new ArrayList<>();
    private final Map<String, Integer> names = new HashMap<>();
    private long dropped;

    /** The subject, with each call to it written down. */
    public <T> T of(Class<T> type, T subject) {
        return type.cast(traced(type, subject, nameFor(type)));
    }

    /** Writes down something that happened. */
    public synchronized void note(String line) {
        if (lines.size() == LONGEST) {
            lines.remove(0);
            dropped++;
        }
        lines.add(line);
    }

    /** The lines so far, numbered. */
    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder(dropped == 0 ? "" : "  (" + dropped + " earlier calls left out)\n");
        for (int i = 0; i < lines.size(); i++) {
            text.append("  ")
                    .append(dropped + i + 1)
                    .append(". ")
                    .append(lines.get(i))
                    .append('\n');
        }
        return text.toString();
    }

    private synchronized String nameFor(Class<?> type) {
        String noun = Character.toLowerCase(type.getSimpleName().charAt(0))
                + type.getSimpleName().substring(1);
        int number = names.merge(noun, 1, Integer::sum);
        return number == 1 ? noun : noun + number;
    }

    private Object traced(Class<?> type, Object subject, String name) {
        return Proxy.newProxyInstance(
                subject.getClass().getClassLoader(), new Class<?>[] {type}, new Tracer(subject, name));
    }

    private final class Tracer implements InvocationHandler {

        private final Object subject;
        private final String name;

        Tracer(Object subject, String name) {
            this.subject = subject;
            this.name = name;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            Object[] given = arguments == null ? new Object[0] : arguments;
            if (method.getDeclaringClass() == Object.class) {
                return objectMethod(proxy, method, given);
            }
            String call = name + "." + method.getName() + "("
                    + Arrays.stream(given).map(CallTrace::brief).collect(Collectors.joining(", ")) + ")";
            try {
                Object result = method.invoke(subject, given);
                if (result != null && isOurs(method.getReturnType())) {
                    String resultName = nameFor(method.getReturnType());
                    note(call + " = " + resultName);
                    return traced(method.getReturnType(), result, resultName);
                }
                if (result instanceof CompletionStage<?> stage
                        && promisedBy(method) instanceof Class<?> type
                        && isOurs(type)) {
                    String resultName = nameFor(type);
                    note(call + " = a stage of " + resultName);
                    return stage.thenApply(value -> traced(type, value, resultName));
                }
                note(method.getReturnType() == void.class ? call : call + " = " + brief(result));
                return result;
            } catch (InvocationTargetException e) {
                Throwable thrown = e.getCause();
                note(call + " threw " + thrown);
                throw thrown;
            }
        }

        private Object objectMethod(Object proxy, Method method, Object[] given) {
            return switch (method.getName()) {
                case "equals" -> proxy == given[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> subject.toString();
            };
        }
    }

    /** What the stage that a method returns completes with, where its declaration says so. */
    private static @Nullable Type promisedBy(Method method) {
        return method.getGenericReturnType() instanceof ParameterizedType stage
                ? stage.getActualTypeArguments()[0]
                : null;
    }

    private static boolean isOurs(Class<?> type) {
        return type.isInterface() && !type.isSealed() && type.getName().startsWith(PROJECT);
    }

    private static String brief(@Nullable Object value) {
        String text = value instanceof byte[] bytes
                ? bytes.length + " bytes"
                : value instanceof CompletionStage<?> stage ? describe(stage) : String.valueOf(value);
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "...";
    }

    /** How the stage stands at this moment. */
    private static String describe(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        if (!future.isDone()) {
            return "a stage that is not complete yet";
        }
        try {
            return "a stage that is complete: " + future.join();
        } catch (CompletionException e) {
            return "a stage that failed: " + e.getCause();
        } catch (CancellationException e) {
            return "a stage that was cancelled";
        }
    }
}
