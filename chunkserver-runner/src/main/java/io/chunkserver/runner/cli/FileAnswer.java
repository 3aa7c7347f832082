package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.runner.file.FileManifest;
import io.chunkserver.runner.file.StoredFile;
import java.util.List;

/** What is told about a whole file. */
final class FileAnswer {

    private FileAnswer() {}

    static Answer stored(StoredFile file) {
        List<JsonLine> receipts =
                file.receipts().stream().map(ReceiptAnswer::json).toList();
        Receipt last = file.receipts().get(0);
        String text = "stored " + describe(file.path(), file.manifest()) + "\nlast transaction " + last.transaction()
                + ", durability " + last.durability().word() + ", " + Quantity.copies(last.members());
        return new Answer(text, json(file.path(), file.manifest()).with("receipts", receipts));
    }

    static Answer read(String path, FileManifest manifest) {
        return new Answer("read " + describe(path, manifest), json(path, manifest));
    }

    private static String describe(String path, FileManifest manifest) {
        return path + ", " + Quantity.bytes(manifest.lengthBytes()) + " in " + Quantity.chunks(manifest.chunkCount())
                + "\nSHA-256 " + manifest.sha256();
    }

    private static JsonLine json(String path, FileManifest manifest) {
        return JsonLine.answer("chunkserver.file/1")
                .with("path", path)
                .with("lengthBytes", manifest.lengthBytes())
                .with("chunkSizeBytes", manifest.chunkSizeBytes())
                .with("chunks", manifest.chunkCount())
                .with("sha256", manifest.sha256());
    }
}
