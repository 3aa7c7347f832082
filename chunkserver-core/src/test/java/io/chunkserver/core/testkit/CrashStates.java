package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A disk, and all states in which a crash may leave it.
 *
 * <p>A state is written as its names in order, each with its content: {@code a=A x/ x/b=B}. Content is told by its
 * sectors: {@code AB} is a sector of As and one of Bs, {@code 0} one of zeros.
 */
abstract class CrashStates {

    static final Path ROOT = Path.of("");
    static final Path A = Path.of("a");
    static final Path B = Path.of("b");
    static final Path C = Path.of("c");
    static final Path X = Path.of("x");
    static final Path X_B = X.resolve("b");
    static final int SECTOR = 512;

    final MemoryDisk disk = new MemoryDisk();

    final void file(Path name, String sectors) throws IOException {
        try (DiskFile file = disk.create(name)) {
            write(file, sectors, 0);
            file.force();
        }
    }

    static void write(DiskFile file, String sectors, int firstSector) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(sectors.length() * SECTOR);
        for (int i = 0; i < sectors.length(); i++) {
            bytes.put(sectors.substring(i, i + 1).repeat(SECTOR).getBytes(StandardCharsets.US_ASCII));
        }
        file.writeFully(bytes.flip(), (long) firstSector * SECTOR);
    }

    static String tell(Disk disk) throws IOException {
        List<String> told = new ArrayList<>();
        tell(disk, ROOT, told);
        return String.join(" ", told);
    }

    private static void tell(Disk disk, Path folder, List<String> told) throws IOException {
        for (Path name : disk.list(folder)) {
            Path path = folder.resolve(name);
            if (disk.size(path).isPresent()) {
                told.add(path + "=" + sectors(disk, path));
            } else {
                told.add(path + "/");
                tell(disk, path, told);
            }
        }
    }

    private static String sectors(Disk disk, Path name) throws IOException {
        StringBuilder sectors = new StringBuilder();
        try (DiskFile file = disk.openForRead(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.readFully(bytes, 0);
            for (int at = 0; at < bytes.limit(); at += SECTOR) {
                int end = Math.min(bytes.limit(), at + SECTOR);
                byte first = bytes.get(at);
                for (int i = at; i < end; i++) {
                    assertThat(bytes.get(i)).as("a sector of %s is whole", name).isEqualTo(first);
                }
                sectors.append(first == 0 ? '0' : (char) first).append(end - at < SECTOR ? "~" : "");
            }
        }
        return sectors.toString();
    }

    final Set<String> states(CrashMode mode) throws IOException {
        Set<String> states = new TreeSet<>();
        EveryCrash crash = new EveryCrash();
        do {
            states.add(tell(disk.copyAfterCrash(mode, crash)));
        } while (crash.next());
        return states;
    }

    final void assertStates(CrashMode mode, String... expected) throws IOException {
        assertThat(states(mode)).as(mode.toString()).containsExactlyInAnyOrder(expected);
    }

    final void assertStatesInBothModes(String... expected) throws IOException {
        assertStates(CrashMode.POSIX, expected);
        assertStates(CrashMode.JOURNAL, expected);
    }
}
