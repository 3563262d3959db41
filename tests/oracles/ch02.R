# Simulate chapter 2's worlds a second time, in R and written apart from the chapter:
#
#     cd tests/oracles && Rscript ch02.R
#
# writes ch02.csv beside this script: for each world the percentage of 10,000 studies of 34 pairs with p < .05 in
# wilcox.test, with one group and against the changes of a comparison group; and ch02_ancova.csv: what a t test on the
# changes and lm() with the score before make of 34 + 34 people.

set.seed(2)
studies <- 10000

answer <- function(level) pmin(pmax(round(level + rnorm(length(level), sd = 2.9)), 0), 40)
risen <- function(rise) {
  level <- rnorm(34, 26, 5)
  before <- answer(level)
  answer(level + rise()) - before
}
stayed <- function() {
  level <- rnorm(38, 26, 5)
  change <- answer(level) - answer(level)
  # the chapter's luck has the spread of all its changes: two answers' noise, and their rounding
  change[order(change + rnorm(38, sd = sqrt(2 * 2.9^2 + 2 / 12)), decreasing = TRUE)[1:34]]
}
lower_half <- function() {
  level <- rnorm(68, 26, 5)
  before <- answer(level)
  (answer(level) - before)[order(before)[1:34]]
}
nothing <- function() risen(function() 0)
event <- function() risen(function() 1.5)
growth <- function() risen(function() rnorm(34, 1.5, 1.5))
practice <- function() risen(function() rbinom(34, 10, 0.15))

worlds <- list(  # what happens to those who joined, and to their classmates
  "nothing" = list(nothing, nothing),
  "real effect" = list(event, nothing),
  "history" = list(event, event),
  "maturation" = list(growth, growth),
  "testing" = list(practice, practice),
  "response shift" = list(function() risen(function() -1.5), nothing),
  "demand" = list(function() risen(function() 3 * rbinom(34, 1, 0.5)), nothing),
  "attrition" = list(stayed, stayed),
  "regression" = list(lower_half, lower_half)
)
one_group <- function(change) wilcox.test(change, exact = FALSE, correct = FALSE)$p.value < 0.05
two_groups <- function(joined, classmates) wilcox.test(joined, classmates, exact = FALSE)$p.value < 0.05
percent <- sapply(worlds, function(world) {
  100 * rowMeans(replicate(studies, {
    joined <- world[[1]]()
    c(one_group(joined), two_groups(joined, world[[2]]()))
  }))
})
result <- data.frame(
  design = rep(c("one group", "with classmates"), each = length(worlds)), world = names(worlds), value = c(t(percent))
)
write.csv(result, "ch02.csv", row.names = FALSE, quote = FALSE)

# two groups of 34: randomised, with an effect of 1.5 points; and groups that start 3 points apart, without an effect
two_groups_of_34 <- function(start, effect) {
  joined <- rep(1:0, each = 34)
  level <- rnorm(68, 26, 5) + start * joined
  before <- answer(level)
  after <- answer(level + effect * joined)
  change <- after - before
  adjusted <- summary(lm(after ~ before + joined))$coefficients["joined", ]
  c(
    t = t.test(change ~ joined, var.equal = TRUE)$p.value < 0.05, ancova = adjusted[["Pr(>|t|)"]] < 0.05,
    difference = mean(change[joined == 1]) - mean(change[joined == 0]), adjusted = adjusted[["Estimate"]]
  )
}
groups <- list(randomised = c(0, 1.5), "3 points apart" = c(3, 0))
found <- t(sapply(groups, function(group) rowMeans(replicate(studies, two_groups_of_34(group[1], group[2])))))
write.csv(data.frame(groups = rownames(found), found), "ch02_ancova.csv", row.names = FALSE, quote = FALSE)
