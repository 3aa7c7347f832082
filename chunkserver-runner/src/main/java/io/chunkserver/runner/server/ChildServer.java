package io.chunkserver.runner.server;

import io.chunkserver.transport.ServerAddress;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A chunk server or a master in a JVM of its own, started from the same jar as this one, so that it can be killed as a machine is lost:
 * without a chance to tidy up.
 *
 * <p>Closing kills it too. It also dies with this process when that ends in order or by a signal. Used by one thread.
 */
public final class ChildServer implements Closeable {

    private static final String MAIN = "io.chunkserver.runner.Main";

    /** How a verb begins the line by which it says that it is ready. */
    private static final Pattern READY = Pattern.compile("(?:master )?listening on ([^\\s,]+).*");

    private final Process process;
    private final Path log;
    private final Thread killer;
    private @Nullable ServerAddress address;

    private ChildServer(Process process, Path log, Thread killer) {
        this.process = process;
        this.log = log;
        this.killer = killer;
    }

    /**
     * Starts a server, which is not ready yet.
     *
     * @param log       gets what the server logs
     * @param arguments the verb {@code serve} or {@code master}, and its options
     */
    public static ChildServer start(Path log, List<String> arguments) throws IOException {
        Process process = new ProcessBuilder(command(arguments))
                .redirectError(log.toFile())
                .start();
        Thread killer = new Thread(process::destroyForcibly, "kill-child-" + process.pid());
        Runtime.getRuntime().addShutdownHook(killer);
        return new ChildServer(process, log, killer);
    }

    /**
     * Waits until the server is ready.
     *
     * @throws IOException with what it logged, when it ended instead
     */
    public void awaitReady() throws IOException {
        // The reader stays open: closing it would close the pipe to a child that lives on.
        BufferedReader answers = process.inputReader(StandardCharsets.UTF_8);
        String first = answers.readLine();
        Matcher ready = READY.matcher(first == null ? "" : first);
        if (!ready.matches()) {
            throw new IOException(
                    "a server did not start: " + Files.readString(log).strip());
        }
        address = ServerAddress.parse(ready.group(1));
    }

    private static List<String> command(List<String> arguments) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-cp", absoluteClassPath(), MAIN));
        command.addAll(arguments);
        return command;
    }

    private static String absoluteClassPath() {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Where the server listens, once it is ready. */
    public ServerAddress address() {
        ServerAddress known = address;
        if (known == null) {
            throw new IllegalStateException("the server is not ready yet");
        }
        return known;
    }

    public long pid() {
        return process.pid();
    }

    /** Ends the process at once, as SIGKILL does, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            // This process is going down, and its hooks run already.
        }
    }
}
