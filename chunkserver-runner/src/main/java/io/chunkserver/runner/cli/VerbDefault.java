package io.chunkserver.runner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** No verb means {@code serve}, as in {@code chunkserver --server_id chunk1 --space 2048}. */
final class VerbDefault {

    private static final String SERVE = "serve";

    /** Global options whose value is the next argument, which therefore is no verb. */
    private static final Set<String> WITH_VALUE = Set.of("-c", "--config", "-o", "--output", "--progress");

    private static final Set<String> OF_ROOT = Set.of("-h", "--help", "-V", "--version");

    private VerbDefault() {}

    /** The arguments with the verb, which comes after global options alone. */
    static List<String> insertServe(List<String> arguments) {
        int position = verbPosition(arguments);
        if (position < arguments.size()
                && (!arguments.get(position).startsWith("-") || OF_ROOT.contains(arguments.get(position)))) {
            return arguments;
        }
        List<String> completed = new ArrayList<>(arguments);
        completed.add(Math.min(position, arguments.size()), SERVE);
        return completed;
    }

    /** What stands where the verb belongs, or an empty word. */
    static String verb(List<String> arguments) {
        int position = verbPosition(arguments);
        return position < arguments.size() ? arguments.get(position) : "";
    }

    private static int verbPosition(List<String> arguments) {
        int position = 0;
        while (position < arguments.size() && isGlobal(arguments.get(position))) {
            position += WITH_VALUE.contains(arguments.get(position)) ? 2 : 1;
        }
        return position;
    }

    private static boolean isGlobal(String argument) {
        return WITH_VALUE.contains(argument)
                || argument.matches("-[qv]+|--quiet|--verbose|-[co].+|--(config|output|progress)=.*");
    }
}
