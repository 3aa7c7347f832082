package io.chunkserver.runner.plot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Draws a file of {@code bench -o json} lines: {@code Plot FILE DIRECTORY}. Leaves out lines with errors, and says so. Exit code 2 says
 * that there is nothing to draw.
 */
public final class Plot {

    private static final int WRONG_INPUT = 2;

    private Plot() {}

    public static void main(String[] arguments) throws IOException {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("error: two arguments are expected: the file of bench -o json lines, and a directory"
                    + " for the charts");
            return WRONG_INPUT;
        }
        List<BenchLine> lines;
        try {
            lines = BenchLine.readAll(Path.of(arguments[0]));
        } catch (NoSuchFileException e) {
            System.err.println("error: there is no file " + arguments[0]);
            return WRONG_INPUT;
        } catch (MalformedLineException e) {
            System.err.println("error: " + e.getMessage());
            return WRONG_INPUT;
        }
        lines.stream()
                .filter(line -> !line.comparable())
                .forEach(line -> System.err.println("line " + line.number()
                        + " is not drawn: its operations met errors, " + line.errors() + " of them"));
        lines = lines.stream().filter(BenchLine::comparable).toList();
        Path directory = Files.createDirectories(Path.of(arguments[1]));
        boolean drawn = false;
        for (ThroughputChart chart : List.of(ThroughputChart.byThreads(), ThroughputChart.bySize())) {
            for (Path file : chart.draw(lines, directory)) {
                drawn = true;
                System.out.println(file);
            }
        }
        if (!drawn) {
            System.err.println(
                    "error: no two lines without errors of " + arguments[0] + " differ in threads or size alone");
        }
        return drawn ? 0 : WRONG_INPUT;
    }
}
