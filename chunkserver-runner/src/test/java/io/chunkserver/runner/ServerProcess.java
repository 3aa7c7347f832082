package io.chunkserver.runner;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** A server process, ready when {@link #start} returns. Closing kills it. */
final class ServerProcess implements AutoCloseable {

    private static final long LIMIT_SECONDS = 60;

    /** Logs of servers that did not end as they should stay here for whoever looks for the reason. */
    private static final Path LOGS = Path.of("target", "server-logs");

    private final Process process;
    private final Path log;
    private final JsonNode ready;

    private ServerProcess(Process process, Path log, JsonNode ready) {
        this.process = process;
        this.log = log;
        this.ready = ready;
    }

    /** Starts {@code serve} with its data in this directory and waits for the line that says it is ready. */
    static ServerProcess start(Path dataDirectory, String... more) throws IOException {
        return startVerb("serve", dataDirectory, more);
    }

    /** Starts {@code serve} with a heap of at most so much, as Java writes it. */
    static ServerProcess startWithHeap(String heap, Path dataDirectory) throws IOException {
        return startWith(List.of("-Xmx" + heap), dataDirectory);
    }

    /** Starts {@code serve} in a virtual machine with these options. */
    static ServerProcess startWith(List<String> javaOptions, Path dataDirectory) throws IOException {
        return start(javaOptions, "serve", List.of("--data-dir", dataDirectory.toString()));
    }

    /** Starts {@code serve} with its data in these directories. */
    static ServerProcess startOn(List<Path> dataDirectories, String... more) throws IOException {
        List<String> options = new ArrayList<>();
        dataDirectories.forEach(directory -> options.addAll(List.of("--data-dirs", directory.toString())));
        options.addAll(List.of(more));
        return start(List.of(), "serve", options);
    }

    static ServerProcess startVerb(String verb, Path dataDirectory, String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--data-dir", dataDirectory.toString()));
        options.addAll(List.of(more));
        return start(List.of(), verb, options);
    }

    /** Starts a master and waits for the line that says it is ready. */
    static ServerProcess startMaster(String... options) throws IOException {
        return start(List.of(), "master", List.of(options));
    }

    private static ServerProcess start(List<String> javaOptions, String verb, List<String> options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-o", "json", "-v", verb));
        arguments.addAll(options);
        Path log = Files.createTempFile(Files.createDirectories(LOGS), "server", ".log");
        Process process = new ProcessBuilder(RunnerJar.command(javaOptions, arguments.toArray(String[]::new)))
                .redirectError(log.toFile())
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String first = out.readLine();
        if (first == null || !first.contains("\"address\"")) {
            process.destroyForcibly();
            throw new AssertionError("server is not ready: " + first + "\n" + Files.readString(log));
        }
        return new ServerProcess(process, log, RunnerJar.parse(first));
    }

    /** What the server said when it was ready. */
    JsonNode ready() {
        return ready;
    }

    String address() {
        return ready.get("address").asText();
    }

    int port() {
        return ready.get("port").asInt();
    }

    /** The most memory that it ever had from the system, heap and all else; only systems with {@code /proc} tell. */
    OptionalLong peakResidentBytes() throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        if (!Files.exists(status)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst();
    }

    /** Ends it as a power failure would, and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Stops the process where it is, as a machine that hangs, until {@link #resume}. */
    void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** Does nothing when the process is gone. */
    void resume() throws IOException, InterruptedException {
        if (process.isAlive()) {
            signal("-CONT");
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", name, String.valueOf(process.pid()))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new AssertionError("kill " + name + " exited with " + exit);
        }
    }

    /** Sends SIGTERM and returns the exit code. */
    int terminate() {
        process.destroy();
        return awaitExit();
    }

    /** Sends SIGINT and returns the exit code. */
    int interrupt() throws IOException {
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start();
        return awaitExit();
    }

    /** What it logged so far. */
    String log() throws IOException {
        return Files.readString(log);
    }

    private int awaitExit() {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("server does not end:\n" + log());
            }
            return process.exitValue();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        Files.deleteIfExists(log);
    }
}
