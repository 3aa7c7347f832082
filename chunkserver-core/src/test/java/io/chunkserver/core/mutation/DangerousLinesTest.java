package io.chunkserver.core.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The list is as the product is: whoever moves a dangerous line is told to move it there too, and whoever adds one is told to list it,
 * or to say why its loss does no harm.
 */
class DangerousLinesTest {

    static List<DangerousLine> lines() {
        return DangerousLines.all();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void theLineStandsInTheProductOnce(DangerousLine line) throws IOException {
        assertThat(line.mutate(DangerousLinesMutation.SOURCES)).contains(line.instead());
    }

    @Test
    void everyForceAndEveryComparisonWithAChecksumIsListedOrExcused() throws IOException {
        List<DangerousPlace> unlisted = new ArrayList<>();
        for (DangerousPlace place : DangerousPlace.in(DangerousLinesMutation.SOURCES)) {
            Stream<String> known = Stream.concat(
                    DangerousLines.all().stream()
                            .filter(line -> line.file().equals(place.file()))
                            .map(DangerousLine::line),
                    ExcusedLines.all().stream()
                            .filter(line -> line.file().equals(place.file()))
                            .map(ExcusedLine::line));
            String source = Files.readString(DangerousLinesMutation.SOURCES.resolve(place.file()));
            if (known.noneMatch(line -> place.isWithin(source, line))) {
                unlisted.add(place);
            }
        }
        assertThat(unlisted)
                .as("lines to add to DangerousLines, or with a reason to ExcusedLines")
                .isEmpty();
    }

    @Test
    void everyExcuseIsOfALineThatLooksDangerousAndIsNotListed() throws IOException {
        List<DangerousPlace> places = DangerousPlace.in(DangerousLinesMutation.SOURCES);
        List<ExcusedLine> idle = new ArrayList<>();
        for (ExcusedLine excused : ExcusedLines.all()) {
            String source = Files.readString(DangerousLinesMutation.SOURCES.resolve(excused.file()));
            boolean needed = places.stream()
                    .filter(place -> place.file().equals(excused.file()))
                    .filter(place -> place.isWithin(source, excused.line()))
                    .anyMatch(place -> DangerousLines.all().stream()
                            .filter(line -> line.file().equals(place.file()))
                            .noneMatch(line -> place.isWithin(source, line.line())));
            if (!needed) {
                idle.add(excused);
            }
        }
        assertThat(idle).as("excuses that nothing needs any more").isEmpty();
    }

    @Test
    void callsAndComparisonsLookDangerousAndWordsDoNot() {
        assertThat(DangerousPlace.in("Some.java", """
                /** Calls force(). */
                void some() {
                    file.force();
                    steps.add(disk::forceDirectory);
                    // force() is not called when crc == 0
                    say("force() when crc == 0");
                    if (length == 0 || header.crc()
                            != Crc32c.of(header)) {
                        throw new Some();
                    }
                    return isForced() && !block.intact() && length == 1;
                }
                """))
                .extracting(DangerousPlace::line)
                .containsExactly(3, 4, 7, 11);
    }
}
