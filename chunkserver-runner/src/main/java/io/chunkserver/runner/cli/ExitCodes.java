package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/** The exit codes, as every verb's help lists them. */
final class ExitCodes {

    static final int OK = 0;

    /** That of SIGPIPE, by which other programs end then; Java never gets it. */
    static final int READER_GONE = 141;

    private ExitCodes() {}

    /** Lists the codes in the help of this command and of all below it. */
    static void describe(CommandLine command) {
        Map<String, String> list = list();
        command.getCommandSpec().usageMessage().exitCodeList(list);
        command.getSubcommands().values().forEach(ExitCodes::describe);
    }

    private static Map<String, String> list() {
        Map<String, String> list = new LinkedHashMap<>();
        list.put("0", "done");
        list.put(code(ErrorCode.INTERNAL), "internal error");
        list.put(code(ErrorCode.INVALID_ARGUMENT), "wrong usage, or a request that is wrong as it stands");
        list.put(code(ErrorCode.BAD_CONFIGURATION), "bad configuration, or a data directory that does not fit it");
        list.put(code(ErrorCode.CHUNK_NOT_FOUND), "not found");
        list.put(
                code(ErrorCode.UNREACHABLE),
                "a server is unreachable, or no chunk server; or too few servers take chunks");
        list.put(code(ErrorCode.INSUFFICIENT_SPACE), "insufficient space: the chunk does not fit");
        list.put(code(ErrorCode.CORRUPT), "corruption found");
        list.put(code(ErrorCode.VERSION_CONFLICT), "conflict, or outcome in doubt");
        list.put(code(ErrorCode.TIMEOUT), "timeout");
        list.put(code(ErrorCode.PARTLY_REPLICATED), "committed, but not yet applied by all replicas");
        list.put(code(ErrorCode.DIRECTORY_LOCKED), "data directory in use by another process");
        list.put(
                code(ErrorCode.READ_ONLY),
                "server read-only (its disk failed, or so much of its space is in use), draining or overloaded");
        list.put(code(ErrorCode.REFUSED), "refused");
        list.put("130/143", "ended by SIGINT or SIGTERM");
        list.put(String.valueOf(READER_GONE), "whoever read standard output ended before it had all");
        return list;
    }

    private static String code(ErrorCode code) {
        return String.valueOf(code.exitCode());
    }
}
