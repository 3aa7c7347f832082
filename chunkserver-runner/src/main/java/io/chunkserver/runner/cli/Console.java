package io.chunkserver.runner.cli;

import io.chunkserver.core.error.Failure;
import io.chunkserver.runner.config.ConfigProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The process's three streams, and how to write to them.
 *
 * <p>Safe for many threads once {@link #configure} has been called: each answer and each note is written as a whole.
 */
public final class Console {

    /** Where Linux says what standard error is connected to. */
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private final InputStream in;
    private final StandardOutput bytes;
    private final PrintStream out;
    private final PrintStream err;
    private OutputFormat format = OutputFormat.text;
    private ProgressMode progress = ProgressMode.auto;
    private boolean quiet;

    /** A console on these streams, which stay open. */
    public Console(InputStream in, OutputStream out, OutputStream err) {
        this.in = in;
        this.bytes = new StandardOutput(out);
        this.out = new PrintStream(bytes, false, StandardCharsets.UTF_8);
        this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
    }

    void configure(OutputFormat newFormat, ProgressMode newProgress, boolean newQuiet) {
        format = newFormat;
        progress = newProgress;
        quiet = newQuiet;
    }

    /** Where a chunk given as {@code -} comes from. */
    InputStream in() {
        return in;
    }

    /** Where a chunk asked for as {@code -} goes; the answer then goes to standard error. It says when bytes cannot be written. */
    OutputStream out() {
        return bytes;
    }

    /** For help and version texts, which are answers too. */
    PrintWriter outWriter() {
        return new PrintWriter(out, true, StandardCharsets.UTF_8);
    }

    /** Whether the program that read standard output ended before it had all. */
    boolean isReaderGone() {
        return bytes.isReaderGone();
    }

    PrintWriter errWriter() {
        return new PrintWriter(err, true, StandardCharsets.UTF_8);
    }

    /** Whether an answer, or a part of one, could not be written to standard output. */
    boolean hasLostAnswers() {
        return out.checkError();
    }

    /** An answer that no program reads field by field. */
    void answerText(String text) {
        write(out, text);
    }

    void answer(Answer answer) {
        print(out, answer);
    }

    /** Writes the answer beside bytes that go to standard output. */
    void answerBeside(Answer answer) {
        if (!quiet) {
            print(err, answer);
        }
    }

    private void print(PrintStream stream, Answer answer) {
        write(stream, (format == OutputFormat.json ? answer.json().toString() : answer.text()) + "\n");
    }

    private static void write(PrintStream stream, String text) {
        synchronized (stream) {
            stream.print(text);
            stream.flush();
        }
    }

    /** Tells a person what is going on. */
    void note(String line) {
        if (!quiet) {
            err.print(line + "\n");
        }
    }

    /**
     * Tells why the verb failed: people on standard error; programs, which read standard output, there.
     *
     * @return the exit code of this failure
     */
    int failure(Failure failure) {
        return failure(failure, List.of());
    }

    /**
     * Tells why the configuration cannot be used. The failure has all problems in one text, programs get them one by one as well.
     *
     * @return the exit code of this failure
     */
    int failure(Failure failure, List<ConfigProblem> problems) {
        if (format == OutputFormat.json) {
            answer(new Answer("", FailureAnswer.json(failure, problems)));
        } else {
            tell(failure);
        }
        return failure.code().exitCode();
    }

    /** Tells people why something failed. */
    void tell(Failure failure) {
        err.print(FailureAnswer.text(failure) + "\n");
    }

    /** Shows how far a verb is. */
    Progress progress(String label, long totalBytes) {
        boolean shown = switch (progress) {
            case always -> true;
            case never -> false;
            case auto -> !quiet && errorIsTerminal();
        };
        return shown ? new ProgressBar(err, label, totalBytes, System::nanoTime) : new Progress.Silent();
    }

    /** Java itself cannot tell; where the system does not say, there is no terminal. */
    private static boolean errorIsTerminal() {
        try {
            String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
