package io.chunkserver.core.mutation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A place of the product that looks as if a guarantee stands on it: the word "force" as a method, or a comparison with a checksum.
 *
 * @param file  its source below the product's root package
 * @param at    where in the source it begins
 * @param line  the number of that line
 * @param text  what stands there
 */
record DangerousPlace(String file, int at, int line, String text) {

    /** What is no code, and would only look like it. */
    private static final Pattern WORDS =
            Pattern.compile("/\\*.*?\\*/|//[^\n]*|\"(?:\\\\.|[^\"\\\\\n])*\"", Pattern.DOTALL);

    private static final Pattern LETTER = Pattern.compile("[^\n]");

    /** Calls, references and declarations; all methods that make something durable are called so. */
    private static final String FORCE = "\\bforce\\w*\\s*\\(|::force\\w*";

    private static final String SUM = "(?i:crc|checksum)";
    private static final String COMPARED = "(?:==|!=|\\bequals\\()";

    /** Both stand in one operand of a condition, which may be broken over lines. */
    private static final String NEAR = "[^;{}&|?]*?";

    private static final Pattern DANGEROUS =
            Pattern.compile(String.join("|", FORCE, "\\bintact\\s*\\(", SUM + NEAR + COMPARED, COMPARED + NEAR + SUM));

    /** Of all sources below a folder. */
    static List<DangerousPlace> in(Path sources) throws IOException {
        List<Path> files;
        try (Stream<Path> paths = Files.walk(sources)) {
            files = paths.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
        List<DangerousPlace> places = new ArrayList<>();
        for (Path file : files) {
            String name = sources.relativize(file).toString().replace('\\', '/');
            places.addAll(in(name, Files.readString(file)));
        }
        return places;
    }

    /** Of one source. */
    static List<DangerousPlace> in(String file, String source) {
        String code = WORDS.matcher(source).replaceAll(word -> blank(word.group()));
        return DANGEROUS
                .matcher(code)
                .results()
                .map(MatchResult::start)
                .map(at -> new DangerousPlace(file, at, lineAt(source, at), textAt(source, at)))
                .toList();
    }

    private static int lineAt(String source, int at) {
        return 1
                + (int) source.substring(0, at)
                        .chars()
                        .filter(each -> each == '\n')
                        .count();
    }

    private static String textAt(String source, int at) {
        int begin = source.lastIndexOf('\n', at - 1) + 1;
        return source.substring(begin).lines().findFirst().orElse("").strip();
    }

    /** As long, so that what follows stays in its place. */
    private static String blank(String word) {
        return LETTER.matcher(word).replaceAll(" ");
    }

    /** Whether it stands within one of the places where this text does. */
    boolean isWithin(String source, String some) {
        for (int begin = source.indexOf(some); begin >= 0; begin = source.indexOf(some, begin + 1)) {
            if (begin <= at && at < begin + some.length()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return file + ":" + line + ": " + text;
    }
}
