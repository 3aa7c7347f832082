package io.chunkserver.runner;

import io.chunkserver.runner.cli.Console;
import io.chunkserver.runner.cli.Program;
import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** Entry point of the runner jar. */
public final class Main {

    private Main() {}

    /** Runs the verb that the arguments name; its outcome is the exit code of the process. */
    public static void main(String[] arguments) {
        Console console = new Console(
                System.in, new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
        System.exit(new Program(console, System.getenv()).run(arguments));
    }
}
