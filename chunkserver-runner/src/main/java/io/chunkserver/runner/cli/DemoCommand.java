package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.config.SecurityConfig;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code demo}: the whole story on a real file, with servers that are real processes. */
@Command(
        name = "demo",
        description = {
            "Store a file with three copies on four servers, kill one of them, read the file back and compare.",
            "Then wait until a master has had the lost copies made anew.",
            "Master and servers are processes of their own in a temporary directory, which is removed at the end."
        })
final class DemoCommand implements Callable<Integer> {

    private final Console console;
    private final ConfigReader config;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The file to store; default: README.md of the working directory, else the running jar.")
    private @Nullable Path file;

    DemoCommand(Console console, ConfigReader config) {
        this.console = console;
        this.config = config;
    }

    @Override
    public Integer call() throws ConfigException, IOException, InterruptedException {
        SecurityConfig security = config.read().security();
        Path stored = file == null ? standardFile() : file;
        Path directory = Files.createTempDirectory("chunkserver-demo-");
        // For a signal; after an orderly end there is nothing left to remove.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> removeQuietly(directory), "remove-demo"));
        try (Demonstration demonstration = new Demonstration(console, directory, security)) {
            demonstration.run(stored);
        } finally {
            remove(directory);
        }
        return ExitCodes.OK;
    }

    private static Path standardFile() throws IOException {
        Path readme = Path.of("README.md");
        if (Files.isRegularFile(readme)) {
            return readme;
        }
        try {
            Path code = Path.of(DemoCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isRegularFile(code)) {
                return code;
            }
        } catch (URISyntaxException e) {
            throw new IOException("the place of the running jar is no file", e);
        }
        throw Failure.of(ErrorCode.INVALID_ARGUMENT, "there is no README.md here and no jar is running; name a FILE")
                .toException();
    }

    private static void removeQuietly(Path directory) {
        try {
            remove(directory);
        } catch (IOException e) {
            // The process is ending, and the system clears its temporary directory.
        }
    }

    private static void remove(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
