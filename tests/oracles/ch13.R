# Link, score and test with R, from the raw exports, what tests/test_your_study.py compares chapters/prepost.py with:
#
#     cd tests/oracles && Rscript ch13.R
#
# reads data/ and data/template/, and writes ch13.csv beside this script. Z and p come from
# coin, Holm's p from p.adjust; linking, scoring, the Walsh averages and the counts are written out below.

suppressPackageStartupMessages(library(coin))


as_text <- function(path) read.csv(path, colClasses = "character", check.names = FALSE, encoding = "UTF-8")

first_submissions <- function(path, items) {
  sent <- as_text(path)
  sent <- sent[!grepl('{"ImportId"', sent$code, fixed = TRUE), ]
  if ("Finished" %in% names(sent)) {
    sent <- sent[sent$Finished == "True", ] # the row of question texts goes too
  } else {
    sent <- sent[rowSums(sent[items] != "") > 0, ]
  }
  sent$code <- toupper(gsub("\\s", "", sent$code))
  sent <- sent[!duplicated(sent$code), ]
  rownames(sent) <- sent$code
  sent
}

score <- function(sent, instrument, items) {
  labels <- strsplit(instrument$labels, "; ", fixed = TRUE)[[1]]
  low <- as.integer(instrument$lowest)
  high <- as.integer(instrument$highest)
  values <- sapply(items$item, function(item) match(sent[[item]], labels) - 1 + low)
  turned <- items$reversed == "yes"
  values[, turned] <- low + high - values[, turned]
  score <- floor(rowMeans(values, na.rm = TRUE) * nrow(items) + 0.5 + 1e-9)
  score[rowSums(is.na(values)) > as.integer(instrument$max_skipped)] <- NA
  score
}

study <- function(name, folder) {
  instruments <- as_text(file.path(folder, "instruments.csv"))
  items <- as_text(file.path(folder, "items.csv"))
  before <- first_submissions(file.path(folder, "raw", "before.csv"), items$item)
  after <- first_submissions(file.path(folder, "raw", "after.csv"), items$item)
  both <- sort(intersect(before$code, after$code))
  rows <- lapply(seq_len(nrow(instruments)), function(i) {
    own <- items[items$instrument == instruments$instrument[i], ]
    from <- score(before[both, ], instruments[i, ], own)
    to <- score(after[both, ], instruments[i, ], own)
    complete <- !is.na(from) & !is.na(to)
    from <- from[complete]
    to <- to[complete]
    d <- to - from
    n <- length(d)
    walsh <- outer(d, d, "+") / 2
    walsh <- sort(walsh[upper.tri(walsh, diag = TRUE)])
    cut <- qsignrank(0.025, n) # as many averages lie outside the interval on each side
    test <- wilcoxsign_test(d ~ rep(0, n), zero.method = "Wilcoxon")
    exact <- wilcoxsign_test(d ~ rep(0, n), zero.method = "Wilcoxon", distribution = "exact")
    ranks <- rank(abs(d[d != 0])) * sign(d[d != 0])
    quartiles <- function(x) quantile(x, c(0.5, 0.25, 0.75), names = FALSE)
    data.frame(
      study = name, instrument = instruments$name[i], pairs = n,
      before = t(quartiles(from)), after = t(quartiles(to)),
      higher = sum(d > 0), same = sum(d == 0), lower = sum(d < 0),
      change = median(walsh), low = walsh[cut], high = walsh[length(walsh) + 1 - cut],
      Z = -abs(statistic(test)), p = as.numeric(pvalue(test)),
      exact = as.numeric(pvalue(exact)), r = abs(as.numeric(statistic(test))) / sqrt(n),
      biserial = sum(ranks) / sum(abs(ranks)), up = mean(d > 0) + mean(d == 0) / 2
    )
  })
  table <- do.call(rbind, rows)
  table$holm <- p.adjust(table$p, "holm")
  table
}

data <- file.path("..", "..", "data")
results <- rbind(study("book", data), study("template", file.path(data, "template")))
numbers <- sapply(results, is.numeric)
results[numbers] <- lapply(results[numbers], function(x) sprintf("%.12g", x))
write.csv(results, "ch13.csv", row.names = FALSE, quote = 2)
