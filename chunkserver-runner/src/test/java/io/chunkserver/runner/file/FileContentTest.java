package io.chunkserver.runner.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileContentTest {

    private static final int CHUNK = 1000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7})
    void fileAndStreamGiveTheSamePiecesAndManifest(int length) throws IOException {
        byte[] bytes = random(length);
        Path file = Files.write(directory.resolve("file"), bytes);
        try (FileContent local = LocalFileContent.open(file, CHUNK);
                FileContent stream = new StreamContent(new ByteArrayInputStream(bytes), CHUNK)) {
            List<byte[]> pieces = readAll(local);
            assertThat(pieces).hasSize(Math.max(1, (length + CHUNK - 1) / CHUNK));
            assertThat(joined(pieces)).isEqualTo(bytes);
            assertThat(readAll(stream)).usingRecursiveComparison().isEqualTo(pieces);

            FileManifest manifest = new FileManifest(length, CHUNK, Sha256.of(file));
            assertThat(local.manifest()).isEqualTo(manifest);
            assertThat(stream.manifest()).isEqualTo(manifest);
        }
    }

    @Test
    void pieceCanBeReadAgain() throws IOException {
        byte[] bytes = random(CHUNK);
        try (FileContent stream = new StreamContent(new ByteArrayInputStream(bytes), CHUNK);
                FilePiece piece = stream.next().orElseThrow()) {
            assertThat(piece.open().readNBytes(10)).hasSize(10);
            assertThat(piece.open().readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void fileThatGrowsOrShrinksIsNotedAtTheEnd() throws IOException {
        Path file = Files.write(directory.resolve("file"), random(CHUNK));
        try (FileContent local = LocalFileContent.open(file, CHUNK)) {
            readAll(local);
            Files.write(file, random(CHUNK + 1));
            assertThatIOException().isThrownBy(local::manifest).withMessageContaining("changed");
        }
    }

    @Test
    void pieceThatChangedSinceItsChecksumWasTakenCannotBeReadToTheEnd() throws IOException {
        Path file = Files.write(directory.resolve("file"), new byte[CHUNK]);
        try (FileContent local = LocalFileContent.open(file, CHUNK);
                FilePiece piece = local.next().orElseThrow()) {
            Files.write(file, random(CHUNK));
            assertThatIOException()
                    .isThrownBy(() -> piece.open().readAllBytes())
                    .withMessageContaining("changed while it was read");
            Files.write(file, new byte[CHUNK / 2]);
            assertThatIOException().isThrownBy(() -> piece.open().readAllBytes());
        }
    }

    @Test
    void missingFileAndDirectoryAreNamed() {
        assertThatIOException()
                .isThrownBy(() -> LocalFileContent.open(directory.resolve("none"), CHUNK))
                .isInstanceOf(NoSuchFileException.class);
        assertThatIOException()
                .isThrownBy(() -> LocalFileContent.open(directory, CHUNK))
                .withMessageContaining("directory");
    }

    private static List<byte[]> readAll(FileContent content) throws IOException {
        List<byte[]> pieces = new ArrayList<>();
        for (Optional<FilePiece> next = content.next(); next.isPresent(); next = content.next()) {
            try (FilePiece piece = next.get();
                    InputStream bytes = piece.open()) {
                pieces.add(bytes.readAllBytes());
                assertThat(pieces.get(pieces.size() - 1)).hasSize((int) piece.maxLengthBytes());
            }
        }
        return pieces;
    }

    private static byte[] joined(List<byte[]> pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
