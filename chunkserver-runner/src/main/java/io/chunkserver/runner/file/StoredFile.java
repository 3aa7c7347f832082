package io.chunkserver.runner.file;

import io.chunkserver.core.commit.Receipt;
import java.util.List;

/**
 * A file that was stored.
 *
 * @param receipts one for each chunk, in the order of the chunks
 */
public record StoredFile(String path, FileManifest manifest, List<Receipt> receipts) {

    public StoredFile {
        receipts = List.copyOf(receipts);
    }
}
