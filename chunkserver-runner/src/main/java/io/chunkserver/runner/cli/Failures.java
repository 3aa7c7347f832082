package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.config.NearestName;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever a verb throws into one message and one exit code. */
final class Failures {

    private static final Logger logger = LoggerFactory.getLogger(Failures.class);

    private static final String PARSER_PREFIX = "Error: ";

    private final Console console;

    Failures(Console console) {
        this.console = console;
    }

    /** The arguments are wrong; the verb was not run. */
    int wrongUsage(ParameterException thrown, String[] arguments) {
        CommandLine verb = thrown.getCommandLine();
        String help = verb.getCommandSpec().qualifiedName() + " --help";
        String message = String.valueOf(thrown.getMessage());
        // Some messages of the parser begin with the word that every failure is told with.
        String unprefixed = message.startsWith(PARSER_PREFIX) ? message.substring(PARSER_PREFIX.length()) : message;
        Failure failure =
                Failure.of(ErrorCode.INVALID_ARGUMENT, unprefixed).withHint(suggestion(thrown) + "see " + help);
        return console.failure(failure);
    }

    /** The verb was run and failed. */
    int failed(Exception thrown, CommandLine verb, ParseResult parsed) {
        if (console.isReaderGone()) {
            return ExitCodes.READER_GONE;
        }
        if (thrown instanceof ConfigException config) {
            return console.failure(
                    Failure.of(ErrorCode.BAD_CONFIGURATION, String.valueOf(config.getMessage())), config.problems());
        }
        Failure failure = describe(thrown);
        if (failure.code() == ErrorCode.INTERNAL) {
            logger.debug("verb {} failed", verb.getCommandSpec().qualifiedName(), thrown);
        }
        return console.failure(failure);
    }

    /**
     * The verb was run, and what it answered did not arrive; said on standard error alone, where it can be. A reader that has gone wanted no
     * more, and does not want to be told so.
     */
    int lostAnswer() {
        if (console.isReaderGone()) {
            return ExitCodes.READER_GONE;
        }
        Failure lost = Failure.of(
                        ErrorCode.INTERNAL, "standard output could not be written: the answer is lost or cut short")
                .withHint("see whether it goes to a full disk; what was asked has been done");
        console.tell(lost);
        return lost.code().exitCode();
    }

    private static String suggestion(ParameterException thrown) {
        if (!(thrown instanceof UnmatchedArgumentException unmatched)) {
            return "";
        }
        CommandLine verb = thrown.getCommandLine();
        String word = unmatched.getUnmatched().get(0).split("=", 2)[0];
        return NearestName.of(
                        word,
                        word.startsWith("-")
                                ? verb.getCommandSpec().optionsMap().keySet()
                                : verb.getSubcommands().keySet())
                .map(nearest -> "did you mean " + nearest + "? ")
                .orElse("");
    }

    private static Failure describe(Exception thrown) {
        if (thrown instanceof FileSystemException local) {
            return ofLocalFile(local);
        }
        return ChunkServerException.from(thrown).failure();
    }

    /** A local file that the caller named is the caller's to mend; anything else about files is not expected. */
    private static Failure ofLocalFile(FileSystemException thrown) {
        String file = thrown.getFile();
        if (thrown instanceof NoSuchFileException) {
            return Failure.of(ErrorCode.INVALID_ARGUMENT, "file " + file + " does not exist");
        }
        if (thrown instanceof AccessDeniedException) {
            return Failure.of(ErrorCode.INVALID_ARGUMENT, "file " + file + " cannot be opened: permission denied");
        }
        if (thrown instanceof FileAlreadyExistsException) {
            return Failure.of(ErrorCode.INVALID_ARGUMENT, "file " + file + " is in the way");
        }
        String reason = thrown.getReason() == null ? thrown.getClass().getSimpleName() : thrown.getReason();
        return Failure.of(ErrorCode.INTERNAL, "file " + file + ": " + reason);
    }

    /** For callers that report a failure and go on. */
    static Failure of(IOException thrown) {
        return describe(thrown);
    }
}
