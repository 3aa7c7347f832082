package io.chunkserver.core.fsck;

import java.util.ArrayList;
import java.util.List;

/** Notes what a check finds, and nothing else of it. */
final class NotedFindings implements DirectoryCheck.Listener {

    final List<Finding> all = new ArrayList<>();

    @Override
    public void found(Finding finding) {
        all.add(finding);
    }

    @Override
    public void progress(long checkedBytes, long totalBytes) {}

    @Override
    public void checkpoint(CheckState state) {}
}
