import { playSeeds } from './play-seeds.ts';

playSeeds('rough', 1, 3);
